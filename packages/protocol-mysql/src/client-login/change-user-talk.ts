import type { ClientDoor, ClientHello, LoginTalk } from "@sallyport/shared/adapter";
import type { ChangeUser } from "../messages/change-user.ts";
import { PacketExchange } from "../packet-exchange.ts";
import { loginSetting, numberIn } from "../server-facts.ts";
import { clientHello } from "./client-hello.ts";
import { MysqlLoginTalk } from "./mysql-login-talk.ts";

/** A client that logs in anew on the connection that it has. */
export interface NewLogin {
  /** Of the connection's first login: what it negotiated stays. */
  readonly hello: ClientHello;
  readonly changeUser: ChangeUser;
  /** The sequence id of the first answer to the command. */
  readonly sequence: number;
}

/**
 * The login that COM_CHANGE_USER begins. The client is asked to prove itself for a fresh nonce, as servers do: its first proof
 * is for one that was used before.
 */
export function changeUserTalk(door: ClientDoor, { hello, changeUser, sequence }: NewLogin): LoginTalk {
  const { user, database, attributes } = changeUser;
  const negotiated = (name: string): number => numberIn(hello.settings, name) ?? 0;
  return new MysqlLoginTalk({
    stream: door.stream,
    exchange: new PacketExchange(door.stream, {
      maxBytes: door.maxMessageBytes,
      onFault: "protocol/malformed",
      sequence,
    }),
    first: undefined,
    hello: clientHello({
      user,
      database,
      attributes,
      encrypted: hello.encrypted,
      capabilities: negotiated(loginSetting.capabilities),
      mariadbCapabilities: negotiated(loginSetting.mariadbCapabilities),
      collation: changeUser.collation ?? negotiated(loginSetting.collation),
    }),
  });
}
