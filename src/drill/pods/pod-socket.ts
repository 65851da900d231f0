import { Socket } from 'node:net';

/** Settings for `pg` that make a connection come from the pod's own address, as pg_stat_activity.client_addr shows it. */
export function fromPodAddress(podIp: string | undefined): { stream?: () => Socket } {
  return podIp ? { stream: () => new PodSocket(podIp) } : {};
}

/** A socket bound to a local address; `pg` itself calls `connect(port, host)`. */
class PodSocket extends Socket {
  readonly #localAddress: string;

  constructor(localAddress: string) {
    super();
    this.#localAddress = localAddress;
  }

  override connect(...args: unknown[]): this {
    const [port, host] = args;
    if (typeof port !== 'number' || typeof host !== 'string')
      throw new TypeError('Pods connect over TCP only.');
    return super.connect({ port, host, localAddress: this.#localAddress });
  }
}
