import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

export interface ToyServerOptions {
  /** What `LOGIN` must bring; any password does where it is left out. */
  readonly password?: string;
}

/** A session as the server sees it. */
export interface ToySession {
  readonly socket: Socket;
  readonly user: string;
  readonly database: string;
}

/**
 * A real TCP server of the toy protocol, whose state tests look at. `READ x` answers `OK x`, `FAIL x` answers `ERR failed x`, `SLEEP` answers
 * only once it is cancelled, `ECHO` sends everything back from then on, `SEND n` sends n bytes, `BYE` ends, `BREAK` cuts the connection. `CALL`
 * in front of any of these makes it a statement that the gateway knows.
 */
export class ToyServer {
  readonly #server: Server;
  readonly #options: ToyServerOptions;
  readonly sessions = new Map<string, ToySession>();
  readonly sockets = new Set<Socket>();
  /** Every line that reached a logged-in session. */
  readonly lines: string[] = [];
  readonly cancelled: string[] = [];
  readonly #sleeping = new Set<string>();
  #lastSession = 0;
  /** Set: connections are accepted and logins not answered. */
  mute = false;

  private constructor(options: ToyServerOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  }

  static async start(options: ToyServerOptions = {}): Promise<ToyServer> {
    const server = new ToyServer(options);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    this.sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.sockets.delete(socket));
    let rest = "";
    let session: string | undefined;
    const onData = (chunk: Buffer) => {
      rest += chunk.toString("latin1");
      for (let newline = rest.indexOf("\n"); newline !== -1; newline = rest.indexOf("\n")) {
        const line = rest.slice(0, newline);
        rest = rest.slice(newline + 1);
        if (session !== undefined && line === "ECHO") {
          socket.off("data", onData);
          if (rest !== "") socket.write(rest, "latin1");
          socket.pipe(socket);
          return;
        }
        if (session === undefined) session = this.#first(socket, line);
        else this.#run(socket, session, line);
      }
    };
    socket.on("data", onData);
    socket.on("end", () => socket.end());
  }

  #first(socket: Socket, line: string): string | undefined {
    const [word, user = "", database = "", password = ""] = line.split(" ");
    if (word === "CANCEL") {
      this.cancelled.push(user);
      if (this.#sleeping.delete(user)) this.sessions.get(user)?.socket.write("ERR cancelled\n");
      socket.end("OK\n");
      return undefined;
    }
    if (this.mute) return undefined;
    if (this.#options.password !== undefined && password !== this.#options.password) {
      socket.end("ERR wrong-password no\n");
      return undefined;
    }
    this.#lastSession += 1;
    const id = String(this.#lastSession);
    this.sessions.set(id, { socket, user, database });
    socket.on("close", () => this.sessions.delete(id));
    socket.write(`OK 1.0 ${id}\n`);
    return id;
  }

  #run(socket: Socket, session: string, line: string): void {
    if (line === "QUIT") {
      socket.end();
      return;
    }
    this.lines.push(line);
    const [word = "", rest = ""] = line.replace(/^CALL /, "").split(/ (.*)/s);
    switch (word) {
      case "FAIL":
        socket.write(`ERR failed ${rest}\n`);
        return;
      case "SLEEP":
        this.#sleeping.add(session);
        return;
      case "SEND":
        socket.write(Buffer.alloc(Number(rest), session));
        return;
      case "BYE":
        socket.end(`BYE ${rest}\n`);
        return;
      case "BREAK":
        socket.resetAndDestroy();
        return;
      default:
        socket.write(`OK ${rest}\n`);
    }
  }
}
