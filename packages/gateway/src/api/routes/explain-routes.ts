import { GatewayError } from "@sallyport/shared/errors";
import { principalNameFault } from "../../login/principal-name.ts";
import type { ApiApp, ApiMeans } from "../api-means.ts";
import { explainAnswer, explainRequest } from "../contract/explain.ts";

/** What policy says to a statement, and why. */
export function explainRoutes(app: ApiApp, { store, policy, reading }: ApiMeans): void {
  app.post(
    "/v1/policies/explain",
    {
      config: { access: "viewer" },
      bodyLimit: 256 * 1024,
      schema: {
        tags: ["policies"],
        summary: "What policy says to a principal's statement now, and all that rests on",
        body: explainRequest,
        response: { 200: explainAnswer },
      },
    },
    async (request) => {
      const { principal, connection: name, statement } = request.body;
      const connection = store.snapshot().connections.get(name);
      if (connection === undefined) throw invalid(`The connection "${name}" is not registered.`);
      const fault = principalNameFault(principal.name);
      if (fault !== undefined) throw invalid(`"${principal.name}" cannot name a principal: ${fault}.`);
      const database = request.body.database ?? connection.database;
      const { catalog, statements } = await reading.read(connection, database, statement);
      const view = policy.viewFor({ principal, connection: name, database });
      return { catalog, statements: statements.map((parsed) => ({ ...view.explain(parsed) })) };
    },
  );
}

function invalid(detail: string): GatewayError {
  return new GatewayError("store/invalid", detail, { detail });
}
