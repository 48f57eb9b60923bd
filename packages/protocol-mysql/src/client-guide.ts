import { databaseNamed, type ClientGuide } from "@sallyport/shared/client-guide";

/** MySQL's client takes the password alone from its environment; everything else has to be said. */
export const mysqlGuide: ClientGuide = {
  protocol: "mysql",
  program: "mysql",
  url: (place) => {
    const login = `${encodeURIComponent(place.user)}:${encodeURIComponent(place.password.reveal())}`;
    const tls = new URLSearchParams({ "ssl-mode": "VERIFY_IDENTITY", "ssl-ca": place.caFile });
    return `mysql://${login}@${place.host}:${place.port}/${encodeURIComponent(databaseNamed(place))}?${tls.toString()}`;
  },
  environment: (place) => ({
    MYSQL_HOST: place.host,
    MYSQL_TCP_PORT: String(place.port),
    MYSQL_USER: place.user,
    MYSQL_PWD: place.password.reveal(),
    MYSQL_DATABASE: databaseNamed(place),
    MYSQL_SSL_CA: place.caFile,
  }),
  arguments: (place) => [
    `--host=${place.host.replace(/^\[|\]$/g, "")}`,
    `--port=${place.port}`,
    `--user=${place.user}`,
    "--protocol=TCP",
    "--ssl-mode=VERIFY_IDENTITY",
    `--ssl-ca=${place.caFile}`,
    `--database=${databaseNamed(place)}`,
  ],
};
