package dev.clasp.bridgewebsocket;

import dev.clasp.client.Parameter;
import dev.clasp.protocol.Value;
import dev.clasp.web.FeedItem;
import dev.clasp.web.Problem;
import dev.clasp.web.SignalJson;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/**
 * What a client of the format json-rpc is told (bridges.md 10.5;
 * docs/api/websocket-json-rpc.schema.json).
 */
final class RpcReplies {

  private RpcReplies() {}

  private static Map<String, Value> start(String type, Optional<Value> id) {
    Map<String, Value> reply = new LinkedHashMap<>();
    reply.put("type", Value.of(type));
    id.ifPresent(said -> reply.put("id", said));
    return reply;
  }

  /** It is done. */
  static Map<String, Value> ack(RpcRequest request, OptionalLong revision) {
    Map<String, Value> reply = start("ack", request.id());
    reply.put("request_type", Value.of(request.type()));
    revision.ifPresent(number -> reply.put("revision", Value.of(number)));
    return reply;
  }

  static Map<String, Value> value(
      Optional<Value> id, Parameter parameter, UnaryOperator<String> address) {
    Map<String, Value> reply = start("value", id);
    if (SignalJson.parameter(parameter) instanceof Value.Map(Map<String, Value> members)) {
      reply.putAll(members);
    }
    reply.put("address", Value.of(address.apply(parameter.address())));
    return reply;
  }

  /** {@code value} for a parameter, else what kind of signal it is. */
  static Map<String, Value> signal(FeedItem item, UnaryOperator<String> address) {
    Map<String, Value> reply = new LinkedHashMap<>();
    if (item.value() instanceof Value.Map(Map<String, Value> members)) {
      reply.putAll(members);
    }
    reply.computeIfPresent(
        "type", (_, type) -> type.equals(Value.of("param")) ? Value.of("value") : type);
    reply.put("address", Value.of(address.apply(item.signal().address())));
    return reply;
  }

  static Map<String, Value> snapshot(RpcRequest request, String pattern, Map<String, Value> state) {
    Map<String, Value> reply = start("snapshot", request.id());
    reply.put("pattern", Value.of(pattern));
    reply.put("state", Value.of(state));
    return reply;
  }

  static Map<String, Value> error(String requestType, Optional<Value> id, String message) {
    Map<String, Value> reply = start("error", id);
    reply.put("request_type", Value.of(requestType));
    reply.put("message", Value.of(message));
    return reply;
  }

  /** With a short name that programs may look for. */
  static Map<String, Value> error(String requestType, Optional<Value> id, Problem problem) {
    Map<String, Value> reply = error(requestType, id, problem.detail());
    reply.put("error", Value.of(problem.type()));
    return reply;
  }
}
