/** Told that something changed, or that the modals of a user did. */
export interface ChangeListener {
  changed(version: number): void;
  viewsChanged(userId: string): void;
}

/** Counts every change of the workspace and tells the listeners; changes of one turn are told once. */
export class Changes {
  #version = 1;
  readonly #listeners = new Set<ChangeListener>();
  #willTell = false;

  /** The number of the latest change. */
  get version(): number {
    return this.#version;
  }

  /** Adds a listener; the returned function takes it away again. */
  listen(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Notes that something changed. */
  touch(): void {
    this.#version += 1;
    if (this.#willTell) return;
    this.#willTell = true;
    setImmediate(() => {
      this.#willTell = false;
      for (const listener of this.#listeners) listener.changed(this.#version);
    });
  }

  /** Notes that the modals or the Home tab of a user changed. */
  touchViews(userId: string): void {
    this.touch();
    for (const listener of this.#listeners) listener.viewsChanged(userId);
  }
}
