/** Where a reader stands in a stream. `epoch` names the life of the stream, `offset` the last publication seen. */
export interface Position {
  readonly offset: number;
  readonly epoch: string;
}

export const samePosition = (a: Position, b: Position): boolean => a.offset === b.offset && a.epoch === b.epoch;
