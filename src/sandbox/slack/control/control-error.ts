/** A refusal of the control API: HTTP 4xx with `{error}`, a sentence for the person at the page. */
export class ControlError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ControlError';
    this.status = status;
  }
}
