import type { ClientGuide } from "@sallyport/shared/client-guide";

/** mongosh reads no password from its environment, so it is started without a connection and told to read DATABASE_URL. */
export const mongoGuide: ClientGuide = {
  protocol: "mongo",
  program: "mongosh",
  // the ticket says which connection; the path is a database of the server
  url: ({ host, port, user, password, database, ownDatabase, caFile }) => {
    const login = `${encodeURIComponent(user)}:${encodeURIComponent(password.reveal())}`;
    const tls = new URLSearchParams({ tls: "true", tlsCAFile: caFile, authSource: "admin" });
    return `mongodb://${login}@${host}:${port}/${encodeURIComponent(database ?? ownDatabase ?? "test")}?${tls.toString()}`;
  },
  environment: () => ({}),
  arguments: () => ["--nodb", "--shell", "--eval", "db = connect(process.env.DATABASE_URL)"],
};
