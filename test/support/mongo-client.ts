import { MongoClient, type MongoClientOptions } from "mongodb";
import type { Access, ClientRoad } from "./client-road.ts";

/** How Node's driver gets in: by SCRAM with a ticket, by PLAIN with a token, or as the options say. The caller closes it. */
export function mongoClient(
  road: ClientRoad,
  access: Access | "as-optioned",
  more: MongoClientOptions = {},
): MongoClient {
  return new MongoClient(`mongodb://${road.host}:${road.port}/`, {
    ...(access === "as-optioned" ? {} : credentialsOf(access)),
    tls: true,
    tlsCAFile: road.caFile,
    serverSelectionTimeoutMS: 10_000,
    ...more,
  });
}

function credentialsOf({ user, secret }: Access): MongoClientOptions {
  const auth = { username: user, password: secret };
  return user.includes("~") ? { auth } : { auth, authMechanism: "PLAIN" };
}

/** Lends a client that has the ticket. */
export async function withMongoClient<T>(
  road: ClientRoad,
  use: (client: MongoClient) => Promise<T>,
  more?: MongoClientOptions,
): Promise<T> {
  const client = mongoClient(road, road.ticket, more);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}
