import { startClientRoad } from "/work/main/test/support/client-road.ts";
import { startServedMysql } from "/work/main/test/support/served-mysql.ts";
import mariadb from "mariadb";
import { GatewayError } from "@sallyport/shared/errors";
const t0=Date.now(); const log=(...a:unknown[])=>console.log(Date.now()-t0,...a);
const served = await startServedMysql("mariadb");
const road = await startClientRoad(served);
// direct change user
{
  const c = await mariadb.createConnection({ host: "127.0.0.1", port: served.server.port, user: served.server.root.user, password: served.server.root.password });
  await c.changeUser({ user: served.server.root.user, password: served.server.root.password, database: served.database }).then(()=>log("direct change ok"), (e)=>log("direct change", e.message));
  await c.end().catch(()=>undefined);
}
for (const [name, o, kill] of [
 ["direct", { host: "127.0.0.1", port: served.server.port, user: served.server.root.user, password: served.server.root.password }, async () => {
   for (const r of await served.server.query("select id from information_schema.processlist where user='root' and id<>connection_id() and command='Sleep'")) await served.server.query("kill "+r.id).catch(()=>undefined); }],
 ["through", { host: road.host, port: road.port, user: road.ticket.user, password: road.ticket.secret, ssl: { ca: road.ca } }, async () => {
   for (const s of road.road.gateway.sessions.all()) s.end(new GatewayError("gateway/shutting-down", "x")); }],
] as const) {
  log(name);
  const pool = mariadb.createPool({ ...o, connectionLimit: 4, minDelayValidation: 0 });
  const ask = () => pool.query("select 1 as one");
  await Promise.all(Array.from({ length: 20 }, ask));
  log("asked", road.road.gateway.sessions.size);
  await kill();
  log("killed", road.road.gateway.sessions.size);
  await new Promise(r=>setTimeout(r,500));
  log("killed", road.road.gateway.sessions.size, pool.totalConnections(), pool.idleConnections());
  await ask().then((x)=>log("again", x), (e)=>log("failed", e.message));
  await pool.end(); log("ended");
}
process.exit(0);
