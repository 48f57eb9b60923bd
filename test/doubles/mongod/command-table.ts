import * as aggregation from "./commands/aggregation.ts";
import * as catalogue from "./commands/catalogue.ts";
import * as cursors from "./commands/cursors.ts";
import * as diagnostics from "./commands/diagnostics.ts";
import * as operations from "./commands/operations.ts";
import * as reading from "./commands/reading.ts";
import * as sessions from "./commands/sessions.ts";
import * as users from "./commands/users.ts";
import * as writing from "./commands/writing.ts";
import * as login from "./login/login-commands.ts";
import type { Command } from "./server-state.ts";

/** How a command is carried out, and what it asks of the connection and the server. */
export interface CommandEntry {
  readonly run: Command;
  /** Whether it is answered before the login. */
  readonly open?: true;
  /** Whether it changes data: then a secondary refuses it, and a retry gets the first reply. */
  readonly writes?: true;
  /** Whether it reads data: then a secondary wants to be told that it may be one. */
  readonly reads?: true;
}

const open = (run: Command): CommandEntry => ({ run, open: true });
const writes = (run: Command): CommandEntry => ({ run, writes: true });
const reads = (run: Command): CommandEntry => ({ run, reads: true });
const plain = (run: Command): CommandEntry => ({ run });

/** Every command that the double knows, with the aliases that mongod has. */
export const commandTable: Readonly<Record<string, CommandEntry>> = {
  hello: open(diagnostics.hello),
  isMaster: open(diagnostics.hello),
  ismaster: open(diagnostics.hello),
  saslStart: open(login.saslStart),
  saslContinue: open(login.saslContinue),
  authenticate: open(login.authenticate),
  logout: open(login.logout),
  ping: open(diagnostics.ping),
  buildInfo: open(diagnostics.buildInfo),
  buildinfo: open(diagnostics.buildInfo),
  connectionStatus: open(diagnostics.connectionStatus),
  whatsmyuri: open(diagnostics.whatsmyuri),

  find: reads(reading.find),
  count: reads(reading.count),
  distinct: reads(reading.distinct),
  aggregate: reads(aggregation.aggregate),
  explain: reads(reading.explain),
  getMore: plain(cursors.getMore),
  killCursors: plain(cursors.killCursors),

  insert: writes(writing.insert),
  update: writes(writing.update),
  delete: writes(writing.remove),
  findAndModify: writes(writing.findAndModify),
  findandmodify: writes(writing.findAndModify),
  bulkWrite: writes(writing.bulkWrite),

  create: writes(catalogue.create),
  drop: writes(catalogue.drop),
  dropDatabase: writes(catalogue.dropDatabase),
  renameCollection: writes(catalogue.renameCollection),
  collMod: writes(catalogue.collMod),
  createIndexes: writes(catalogue.createIndexes),
  dropIndexes: writes(catalogue.dropIndexes),
  deleteIndexes: writes(catalogue.dropIndexes),
  listCollections: reads(catalogue.listCollections),
  listIndexes: reads(catalogue.listIndexes),
  listDatabases: plain(catalogue.listDatabases),
  dbStats: plain(catalogue.dbStats),
  dbstats: plain(catalogue.dbStats),
  collStats: plain(catalogue.collStats),
  collstats: plain(catalogue.collStats),
  validate: plain(catalogue.validate),

  startSession: plain(sessions.startSession),
  endSessions: plain(sessions.endSessions),
  killSessions: plain(sessions.endSessions),
  refreshSessions: plain(sessions.refreshSessions),
  commitTransaction: plain(sessions.commitTransaction),
  abortTransaction: plain(sessions.abortTransaction),

  currentOp: plain(operations.currentOp),
  killOp: plain(operations.killOp),
  getParameter: plain(diagnostics.getParameter),
  getLog: plain(diagnostics.getLog),
  hostInfo: plain(diagnostics.hostInfo),
  serverStatus: plain(diagnostics.serverStatus),
  getCmdLineOpts: plain(diagnostics.getCmdLineOpts),
  replSetGetStatus: plain(diagnostics.replSetGetStatus),
  setParameter: plain(diagnostics.accepted),
  profile: plain(diagnostics.accepted),
  fsync: plain(diagnostics.accepted),
  createUser: plain(users.createUser),
  updateUser: plain(users.updateUser),
  dropUser: plain(users.dropUser),
  usersInfo: plain(users.usersInfo),
};
