package dev.clasp.web;

import dev.clasp.client.BundleBuilder;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.Parameter;
import dev.clasp.client.SetOptions;
import dev.clasp.client.Signal;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Ttl;
import dev.clasp.protocol.Value;
import dev.clasp.transport.HttpReply;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** Moments, and several things at a time: events, samples, lists, bundles, batches. */
final class SignalCalls {

  static final int MAX_BATCH = 500;
  static final int MAX_SAMPLES = 8000;
  static final int MAX_PAGE = 1000;

  private SignalCalls() {}

  // --- moments -----------------------------------------------------------------------------------

  /** As a bundle of one: the router then says whether it has taken it. */
  static CompletableFuture<Void> emit(ClaspClient client, String address, Value value) {
    BundleBuilder one = new BundleBuilder();
    if (value.equals(Value.NULL)) {
      one.emit(address);
    } else {
      one.emit(address, value);
    }
    return client
        .bundle(one)
        .handle((_, failure) -> {
          if (failure != null) {
            Problem problem = Problem.of(failure);
            throw new ProblemException(
                problem.address().isPresent() ? problem : problem.at(address));
          }
          return null;
        });
  }

  static CompletableFuture<HttpReply> emit(ClaspClient client, ApiRequest request, String address) {
    Value value = request.body().length == 0 ? Value.NULL : request.value();
    return emit(client, address, value)
        .thenApply(_ -> ApiReplies.document(request, 200, status(address, "emitted")));
  }

  static Value status(String address, String status) {
    Map<String, Value> map = new LinkedHashMap<>();
    map.put("address", Value.of(address));
    map.put("status", Value.of(status));
    return Value.of(map);
  }

  static CompletableFuture<HttpReply> stream(
      ClaspClient client, ApiRequest request, String address) {
    Value document = request.document();
    CompletableFuture<Void> sent;
    if (document instanceof Value.Map(Map<String, Value> map)
        && map.get("samples") instanceof Value.Array(List<Value> samples)) {
      int rate = (int) integer(map, "rate", 0, Integer.MAX_VALUE).orElse(0);
      sent = client.stream(address, numbers(samples), rate);
    } else {
      sent = client.stream(address, request.value());
    }
    return sent.thenApply(_ -> ApiReplies.document(request, 202, status(address, "sent")));
  }

  private static double[] numbers(List<Value> samples) {
    if (samples.isEmpty() || samples.size() > MAX_SAMPLES) {
      throw bad("samples must be 1 to " + MAX_SAMPLES + " numbers");
    }
    double[] numbers = new double[samples.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] =
          switch (samples.get(i)) {
            case Value.Int(long number) -> number;
            case Value.Float(double number) -> number;
            default -> throw bad("samples must be numbers");
          };
    }
    return numbers;
  }

  // --- lists -------------------------------------------------------------------------------------

  /**
   * The present values of a pattern, by address.
   *
   * @param total of all that are there
   */
  record Listed(List<Parameter> page, int total) {}

  /**
   * @param after an address; empty: from the first
   * @param most longest page
   */
  static CompletableFuture<Listed> list(
      RouterSession listener, String pattern, String after, int most) {
    Feed feed = listener.visit(pattern);
    return feed.present()
        .thenApply(_ -> {
          Optional<Problem> end = feed.sourceEnd();
          if (end.isPresent()) {
            throw new ProblemException(end.get());
          }
          FeedSource.Page page = feed.page(after, most);
          List<Parameter> found = new ArrayList<>(page.items().size());
          for (FeedItem item : page.items()) {
            if (item.signal() instanceof Signal.Change change) {
              found.add(
                  new Parameter(
                      change.address(),
                      change.value(),
                      change.revision(),
                      change.writer(),
                      change.timestampMicros()));
            }
          }
          return new Listed(found, page.total());
        })
        .whenComplete((_, _) -> feed.close());
  }

  static CompletableFuture<HttpReply> list(RouterSession listener, ApiRequest request) {
    String pattern = request.parameter("pattern").orElse("/**");
    int limit = (int) request.number("limit", 1, MAX_PAGE, 100);
    String after = request.parameter("after").orElse("");
    return list(listener, pattern, after, limit + 1)
        .thenApply(listed -> {
          boolean more = listed.page().size() > limit;
          List<Parameter> shown = more ? listed.page().subList(0, limit) : listed.page();
          Map<String, Value> map = new LinkedHashMap<>();
          map.put("signals", Value.of(shown.stream().map(SignalJson::parameter).toList()));
          map.put("count", Value.of((long) shown.size()));
          map.put("total", Value.of((long) listed.total()));
          if (more) {
            map.put("next", Value.of(shown.getLast().address()));
          }
          return ApiReplies.document(request, 200, Value.of(map));
        });
  }

  static CompletableFuture<HttpReply> definitions(ClaspClient client, ApiRequest request) {
    String pattern = request.parameter("pattern").orElse("/**");
    int limit = (int) request.number("limit", 1, MAX_PAGE, 100);
    String after = request.parameter("after").orElse("");
    return client
        .query(pattern)
        .thenApply(all -> {
          List<SignalDefinition> page =
              all.stream()
                  .sorted(Comparator.comparing(SignalDefinition::address))
                  .filter(each -> each.address().compareTo(after) > 0)
                  .limit(limit + 1L)
                  .toList();
          boolean more = page.size() > limit;
          List<SignalDefinition> shown = more ? page.subList(0, limit) : page;
          Map<String, Value> map = new LinkedHashMap<>();
          map.put("definitions", Value.of(shown.stream().map(SignalCalls::definition).toList()));
          map.put("count", Value.of((long) shown.size()));
          if (more) {
            map.put("next", Value.of(shown.getLast().address()));
          }
          return ApiReplies.document(request, 200, Value.of(map));
        });
  }

  private static Value definition(SignalDefinition definition) {
    Map<String, Value> map = new LinkedHashMap<>();
    map.put("address", Value.of(definition.address()));
    map.put("type", Value.of(definition.type().name().toLowerCase(Locale.ROOT)));
    definition.datatype().ifPresent(type -> map.put("datatype", Value.of(type)));
    definition.access().ifPresent(access -> map.put("access", Value.of(access)));
    definition
        .meta()
        .ifPresent(meta -> {
          meta.unit().ifPresent(unit -> map.put("unit", Value.of(unit)));
          meta.range()
              .ifPresent(range ->
                  map.put(
                      "range", Value.of(List.of(Value.of(range.min()), Value.of(range.max())))));
          meta.defaultValue().ifPresent(value -> map.put("default", value));
          meta.description().ifPresent(text -> map.put("description", Value.of(text)));
        });
    return Value.of(map);
  }

  // --- several at a time -------------------------------------------------------------------------

  static CompletableFuture<HttpReply> bundle(ClaspClient client, ApiRequest request) {
    Map<String, Value> document = object(request.document(), "the body");
    List<Value> members = array(document, "signals");
    BundleBuilder bundle = new BundleBuilder();
    for (int i = 0; i < members.size(); i++) {
      String place = "signals[" + i + "]";
      Map<String, Value> member = object(members.get(i), place);
      String address = text(member, "address", place);
      switch (text(member, "type", place, "param")) {
        case "param" -> {
          SetOptions options = SetOptions.CONFIRM;
          OptionalLong revision = integer(member, "revision", 0, Long.MAX_VALUE);
          if (revision.isPresent()) {
            options = options.ifRevision(revision.getAsLong());
          }
          OptionalLong ttl = integer(member, "ttl", 1, Ttl.MAX_SECONDS);
          if (ttl.isPresent()) {
            options = options.withTtl(new Ttl.Absolute((int) ttl.getAsLong()));
          }
          bundle.set(address, member.getOrDefault("value", Value.NULL), options);
        }
        case "event" -> {
          Value value = member.getOrDefault("value", Value.NULL);
          if (value.equals(Value.NULL)) {
            bundle.emit(address);
          } else {
            bundle.emit(address, value);
          }
        }
        default -> throw bad(place + ".type must be param or event");
      }
    }
    OptionalLong at = integer(document, "at", 0, Long.MAX_VALUE);
    OptionalLong in = integer(document, "in", 0, 86_400_000);
    if (at.isPresent() && in.isPresent()) {
      throw bad("at or in, not both");
    }
    OptionalLong when =
        in.isPresent() ? OptionalLong.of(client.time() + in.getAsLong() * 1000) : at;
    when.ifPresent(bundle::at);
    return client
        .bundle(bundle)
        .thenApply(_ -> {
          Map<String, Value> map = new LinkedHashMap<>();
          map.put("status", Value.of(when.isPresent() ? "scheduled" : "done"));
          map.put("count", Value.of((long) members.size()));
          when.ifPresent(time -> map.put("at", Value.of(time)));
          return ApiReplies.document(request, when.isPresent() ? 202 : 200, Value.of(map));
        });
  }

  /** Each by itself, begun in this order; what fails does not keep the others from anything. */
  static CompletableFuture<HttpReply> batch(ClaspClient client, ApiRequest request) {
    List<Value> wishes = array(object(request.document(), "the body"), "requests");
    List<CompletableFuture<Value>> results = new ArrayList<>();
    for (int i = 0; i < wishes.size(); i++) {
      CompletableFuture<Value> result;
      try {
        result = one(client, wishes.get(i), "requests[" + i + "]");
      } catch (ProblemException | ClaspException e) {
        result = CompletableFuture.failedFuture(e);
      }
      results.add(result.exceptionally(failure -> ApiReplies.document(Problem.of(failure))));
    }
    return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
        .thenApply(_ ->
            ApiReplies.document(
                request,
                200,
                Value.of(
                    Map.of(
                        "results",
                        Value.of(results.stream().map(CompletableFuture::join).toList())))));
  }

  private static CompletableFuture<Value> one(ClaspClient client, Value wish, String place) {
    Map<String, Value> map = object(wish, place);
    String address = text(map, "address", place);
    Value value = map.getOrDefault("value", Value.NULL);
    OptionalLong revision = integer(map, "revision", 0, Long.MAX_VALUE);
    OptionalLong ttl = integer(map, "ttl", 1, Ttl.MAX_SECONDS);
    return switch (text(map, "op", place)) {
      case "get" ->
          client
              .get(address)
              .thenApply(found ->
                  done(
                      SignalJson.parameter(
                          found.orElseThrow(
                              () -> new ProblemException(StateCalls.missing(address))))));
      case "set" -> {
        SetOptions options = SetOptions.CONFIRM;
        if (revision.isPresent()) {
          options = options.ifRevision(revision.getAsLong());
        }
        if (ttl.isPresent()) {
          options = options.withTtl(new Ttl.Absolute((int) ttl.getAsLong()));
        }
        yield client
            .set(address, value, options)
            .thenApply(ack -> {
              Map<String, Value> written = new LinkedHashMap<>();
              written.put("address", Value.of(address));
              ack.revision().ifPresent(r -> written.put("revision", Value.of(r)));
              return done(Value.of(written));
            });
      }
      case "delete" ->
          client
              .get(address)
              .thenCompose(found -> {
                if (found.isEmpty()) {
                  throw new ProblemException(StateCalls.missing(address));
                }
                SetOptions options = SetOptions.CONFIRM.withTtl(new Ttl.Absolute(0));
                return client.set(
                    address,
                    Value.NULL,
                    revision.isPresent() ? options.ifRevision(revision.getAsLong()) : options);
              })
              .thenApply(_ -> done(status(address, "deleted")));
      case "emit" -> emit(client, address, value).thenApply(_ -> done(status(address, "emitted")));
      case "stream" -> client.stream(address, value).thenApply(_ -> done(status(address, "sent")));
      default -> throw bad(place + ".op must be get, set, delete, emit or stream");
    };
  }

  private static Value done(Value document) {
    Map<String, Value> map = new LinkedHashMap<>();
    map.put("status", Value.of(200L));
    if (document instanceof Value.Map(Map<String, Value> entries)) {
      entries.forEach((name, each) -> map.put(name.equals("status") ? "did" : name, each));
    }
    return Value.of(map);
  }

  // --- documents ---------------------------------------------------------------------------------

  static Map<String, Value> object(Value value, String place) {
    if (value instanceof Value.Map(Map<String, Value> entries)) {
      return entries;
    }
    throw bad(place + " must be an object");
  }

  private static List<Value> array(Map<String, Value> map, String name) {
    if (map.get(name) instanceof Value.Array(List<Value> values)
        && !values.isEmpty()
        && values.size() <= MAX_BATCH) {
      return values;
    }
    throw bad(name + " must be a list of 1 to " + MAX_BATCH + " objects");
  }

  static String text(Map<String, Value> map, String name, String place) {
    if (map.get(name) instanceof Value.Text(String text)) {
      return text;
    }
    throw bad(place + "." + name + " must be a text");
  }

  private static String text(Map<String, Value> map, String name, String place, String standard) {
    return map.containsKey(name) ? text(map, name, place) : standard;
  }

  static OptionalLong integer(Map<String, Value> map, String name, long least, long most) {
    Value value = map.get(name);
    if (value == null) {
      return OptionalLong.empty();
    }
    if (value instanceof Value.Int(long number) && number >= least && number <= most) {
      return OptionalLong.of(number);
    }
    throw bad(name + " must be a whole number from " + least + " to " + most);
  }

  static ProblemException bad(String detail) {
    return new ProblemException(Problem.badRequest(detail));
  }
}
