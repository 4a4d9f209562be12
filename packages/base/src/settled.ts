/** A promise whose outcome is decided from outside, once; later decisions have no effect. */
export class Settled<T> {
  readonly promise: Promise<T>;
  #resolve!: (value: T) => void;
  #done = false;

  constructor() {
    this.promise = new Promise<T>(resolve => {
      this.#resolve = resolve;
    });
  }

  get done(): boolean {
    return this.#done;
  }

  /** @returns false when it was settled before. */
  settle(value: T): boolean {
    if (this.#done) return false;
    this.#done = true;
    this.#resolve(value);
    return true;
  }
}
