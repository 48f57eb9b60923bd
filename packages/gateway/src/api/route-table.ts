import type { RouteOptions } from "fastify";
import type { Access } from "./access.ts";
import type { ApiApp } from "./api-means.ts";

/** A route, and who may use it. */
export interface ApiRoute {
  readonly method: string;
  readonly url: string;
  readonly access: Access;
}

/** All routes that there are. */
export interface RouteTable {
  readonly routes: readonly ApiRoute[];
  /** The methods that a path knows; none: there is no such path. */
  methodsOf(path: string): readonly string[];
}

/** Notes the routes that are added from here on. One that does not say who may use it is an error of ours. */
export function watchRoutes(app: ApiApp): RouteTable {
  const routes: (ApiRoute & { readonly pattern: RegExp })[] = [];
  app.addHook("onRoute", ({ method, url, config }: RouteOptions) => {
    const access = config?.access;
    if (access === undefined) throw new Error(`the route ${String(method)} ${url} does not say who may use it`);
    const pattern = new RegExp(`^${url.replaceAll(".", "\\.").replaceAll(/:\w+/g, "[^/]+")}$`);
    for (const one of [method].flat()) routes.push({ method: one, url, access, pattern });
  });
  return {
    routes,
    methodsOf: (path) => routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method),
  };
}
