package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lakebase.local.faults.FaultTable;
import dev.lakebase.local.faults.InjectedFault;

/** {@code /local/faults}: what the platform does not have, for clients in any language. No fault strikes it. */
final class FaultRoutes {
    private static final String ALL = FaultTable.SAFE_PREFIX + "faults";
    private static final String ONE = ALL + "/{fault}";

    private final FaultTable faults;

    FaultRoutes(FaultTable faults) {
        this.faults = faults;
    }

    void addTo(Routes routes) {
        routes.add("POST", ALL, call -> FaultJson.write(faults.inject(FaultJson.read(call.json()))))
                .add("GET", ALL, call -> list())
                .add("DELETE", ALL, call -> clear())
                .add("GET", ONE, call -> FaultJson.write(find(call)))
                .add("DELETE", ONE, call -> {
                    find(call).clear();
                    return Json.object();
                });
    }

    private JsonNode list() {
        ObjectNode answer = Json.object().put("seed", faults.seed());
        ArrayNode list = answer.putArray("faults");
        faults.active().forEach(fault -> list.add(FaultJson.write(fault)));
        return answer;
    }

    private JsonNode clear() {
        faults.clear();
        return Json.object();
    }

    private InjectedFault find(Call call) {
        InjectedFault fault;
        try {
            fault = faults.find(Long.parseLong(call.path("fault")));
        } catch (NumberFormatException e) {
            throw ApiException.invalid("a fault's id is a number, not \"" + call.path("fault") + "\"");
        }
        if (fault == null) {
            throw ApiException.notFound("fault");
        }
        return fault;
    }
}
