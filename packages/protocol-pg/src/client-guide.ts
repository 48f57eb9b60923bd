import { databaseNamed, type ClientGuide } from "@sallyport/shared/client-guide";

/** libpq's own variables, which psql and most drivers read. */
export const pgGuide: ClientGuide = {
  protocol: "pg",
  program: "psql",
  url: (place) => {
    const login = `${encodeURIComponent(place.user)}:${encodeURIComponent(place.password.reveal())}`;
    const tls = new URLSearchParams({ sslmode: "verify-full", sslrootcert: place.caFile });
    return `postgres://${login}@${place.host}:${place.port}/${databaseNamed(place)}?${tls.toString()}`;
  },
  environment: (place) => ({
    PGHOST: place.host.replace(/^\[|\]$/g, ""),
    PGPORT: String(place.port),
    PGUSER: place.user,
    PGPASSWORD: place.password.reveal(),
    PGDATABASE: databaseNamed(place),
    PGSSLMODE: "verify-full",
    PGSSLROOTCERT: place.caFile,
    // over TLS there is nothing left for it to encrypt, and asking takes a round trip
    PGGSSENCMODE: "disable",
  }),
  arguments: () => [],
};
