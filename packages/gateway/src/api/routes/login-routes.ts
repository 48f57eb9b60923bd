import type { ApiApp, ApiMeans } from "../api-means.ts";
import { loginOptions } from "../contract/login-options.ts";

/** How people get a token before they have one. */
export function loginRoutes(app: ApiApp, { store }: ApiMeans): void {
  app.get(
    "/v1/login-options",
    {
      config: { access: "public" },
      schema: {
        tags: ["me"],
        summary: "The identity providers where people log in, as the command `sallyport login` does it",
        response: { 200: loginOptions },
      },
    },
    async () => ({
      identityProviders: store.snapshot().identityProviders.flatMap(({ identityProvider, issuer, audience, login }) => {
        if (login === undefined) return [];
        const { clientId, scopes } = login;
        return [{ name: identityProvider, issuer, audience, clientId, scopes: [...scopes] }];
      }),
    }),
  );
}
