import { describeGateway } from "./gateway-contract.ts";
import { mysqlDriver } from "./mysql-driver.ts";
import { mysqlProvocations } from "./mysql-provocations.ts";

describeGateway(mysqlDriver, mysqlProvocations);
