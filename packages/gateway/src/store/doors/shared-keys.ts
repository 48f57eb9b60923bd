/** Small random values that all replicas have to agree on and that open no door. */
export interface SharedKeys {
  /** Made by whoever asks first. */
  ensure(name: string, bytes: number): Promise<Buffer>;
}
