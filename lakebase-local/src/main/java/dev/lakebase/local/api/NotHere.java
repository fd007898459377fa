package dev.lakebase.local.api;

/** What the platform has and this control plane has not: it says so, rather than that there is no such route. */
final class NotHere {
    private static final String DATABASE =
            ApiServer.PREFIX + "/projects/{project}/branches/{branch}/databases/{database}";

    private NotHere() {}

    static void addTo(Routes routes) {
        add(routes, DATABASE + "/data-api", "The Data API", "GET", "POST", "PATCH", "DELETE");
        add(routes, DATABASE + "/cdf-configs", "A change data feed", "GET", "POST");
        add(routes, DATABASE + "/cdf-configs/{config}", "A change data feed", "GET", "DELETE");
        add(routes, DATABASE + "/cdf-statuses", "A change data feed", "GET");
        add(routes, DATABASE + "/cdf-statuses/{status}", "A change data feed", "GET");
    }

    private static void add(Routes routes, String pattern, String what, String... methods) {
        for (String method : methods) {
            routes.add(method, pattern, call -> {
                throw ApiException.notImplemented(what);
            });
        }
    }
}
