/** What the parts that gateway and agent share may say in a line of the log. A process's own log may know more fields. */
export interface LogFields {
  readonly session?: string | undefined;
  readonly connection?: string | undefined;
  readonly protocol?: string | undefined;
  readonly agent?: string | undefined;
  readonly group?: string | undefined;
  readonly address?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly version?: string | undefined;
  readonly state?: string | undefined;
  readonly code?: string | undefined;
  readonly reason?: string | undefined;
  readonly sessions?: number | undefined;
  readonly durationMs?: number | undefined;
}

/** Where a part says what happened. The event is in the past tense and constant, so that it can be searched for. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}
