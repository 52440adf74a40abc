package dev.clasp.bridgeserver;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.BridgeHost;
import dev.clasp.bridge.BridgeStatus;
import dev.clasp.bridge.JsonValues;
import dev.clasp.bridge.Preview;
import dev.clasp.bridge.SeenSource;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeProvider;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.server.AdminCall;
import dev.clasp.server.AdminCall.Mistake;
import dev.clasp.server.AdminRoute;
import dev.clasp.transform.Direction;
import dev.clasp.transform.MappedSignal;
import dev.clasp.transform.MappingStep;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** What the admin API can do with bridges (docs/admin-api.md). */
final class BridgeCalls {

  private static final long DEFAULT_LEARN = 30;
  private static final long MAX_LEARN = 300;
  private static final int MAX_UNIVERSE = 65_535;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  private final Bridges bridges;
  private final Duration patience;

  /** By protocol: a driver that hangs is not asked again meanwhile. */
  private final Map<String, CompletableFuture<Map<String, Value>>> looks =
      new ConcurrentHashMap<>();

  /**
   * @param patience how long the system has to say which devices there are
   */
  BridgeCalls(Bridges bridges, Duration patience) {
    this.bridges = bridges;
    this.patience = patience;
  }

  List<AdminRoute> routes() {
    return List.of(
        route("GET", "/bridges", this::list),
        route("POST", "/bridges", this::add),
        route("GET", "/bridges/{name}", this::show),
        route("PUT", "/bridges/{name}", this::put),
        route("DELETE", "/bridges/{name}", this::remove),
        route("POST", "/bridges/{name}/enable", call -> enable(call, true)),
        route("POST", "/bridges/{name}/disable", call -> enable(call, false)),
        route("POST", "/bridges/{name}/restart", this::restart),
        route("POST", "/bridges/{name}/learn", this::learn),
        route("GET", "/bridges/{name}/universe", this::universe),
        route("POST", "/bridge-preview", this::preview),
        route("GET", "/bridge-protocols", this::protocols),
        route("GET", "/bridge-protocols/{name}/devices", this::devices),
        route("GET", "/transforms", TransformCalls::types),
        route("POST", "/transform-preview", TransformCalls::preview));
  }

  private static AdminRoute route(String method, String path, AdminRoute.Handler handler) {
    return new AdminRoute(
        method,
        path,
        call -> {
          try {
            handler.handle(call);
          } catch (BridgeException e) {
            throw new Mistake(400, String.valueOf(e.getMessage()));
          }
        });
  }

  // --- looking -----------------------------------------------------------------------------------

  private void list(AdminCall call) {
    BridgeHost host = bridges.host();
    answer(
        call,
        200,
        Map.of(
            "bridges",
            Value.of(host.status().stream().map(status -> Value.of(view(host, status))).toList()),
            "kept",
            Value.of(bridges.kept())));
  }

  private void show(AdminCall call) {
    Map<String, Value> view = view(call.variable());
    view.put(
        "sources",
        Value.of(
            bridges.host().sources(call.variable()).stream().map(BridgeCalls::source).toList()));
    answer(call, 200, view);
  }

  private Map<String, Value> view(String name) {
    BridgeHost host = bridges.host();
    return view(host, host.status(name).orElseThrow(() -> unknown(name)));
  }

  private Map<String, Value> view(BridgeHost host, BridgeStatus status) {
    Map<String, Value> view = new LinkedHashMap<>(((Value.Map) status.toValue()).entries());
    status
        .nextTry()
        .ifPresent(at ->
            view.put(
                "retry_seconds",
                Value.of(Math.max(0, Duration.between(Instant.now(), at).toMillis()) / 1000.0)));
    bridges.place(status.name()).ifPresent(place -> view.put("fixed", Value.of(place)));
    host.definition(status.name())
        .ifPresent(definition -> view.put("definition", host.shown(definition).toValue()));
    return view;
  }

  private static Value source(SeenSource source) {
    Map<String, Value> tree = new LinkedHashMap<>();
    tree.put("address", Value.of(source.path()));
    tree.put("value", source.value());
    tree.put("type", Value.of(source.type().wireName()));
    source.peer().ifPresent(peer -> tree.put("peer", Value.of(peer)));
    tree.put("count", Value.of(source.count()));
    tree.put("age_seconds", Value.of(source.age().toMillis() / 1000.0));
    return Value.of(tree);
  }

  private void protocols(AdminCall call) {
    answer(
        call,
        200,
        Map.of(
            "protocols",
            Value.of(bridges.host().providers().stream().map(BridgeCalls::protocol).toList())));
  }

  private static Value protocol(BridgeProvider provider) {
    List<Value> settings = new ArrayList<>();
    for (BridgeSetting setting : provider.settings()) {
      Map<String, Value> tree = new LinkedHashMap<>();
      tree.put("name", Value.of(setting.name()));
      tree.put("kind", Value.of(setting.kind().name().toLowerCase(Locale.ROOT)));
      tree.put("standard", setting.standard());
      tree.put("description", Value.of(setting.description()));
      tree.put("choices", Value.of(setting.choices().stream().map(Value::of).toList()));
      settings.add(Value.of(tree));
    }
    Map<String, Value> tree = new LinkedHashMap<>();
    tree.put("protocol", Value.of(provider.protocol()));
    tree.put("title", Value.of(provider.title()));
    tree.put("namespace", Value.of(provider.defaultNamespace()));
    tree.put("settings", Value.of(settings));
    return Value.of(tree);
  }

  private void devices(AdminCall call) {
    BridgeProvider provider =
        bridges.host().providers().stream()
            .filter(each -> each.protocol().equals(call.variable()))
            .findFirst()
            .orElseThrow(
                () -> new Mistake(NOT_FOUND, "there is no protocol " + call.variable() + " here"));
    String protocol = provider.protocol();
    CompletableFuture<Map<String, Value>> look =
        looks.computeIfAbsent(protocol, _ -> look(provider));
    // A stage of its own: one that the time limit has completed does nothing more, and what the
    // driver says at last would be kept for whoever asks next, however much later.
    look.whenComplete((_, _) -> looks.remove(protocol, look));
    look.copy()
        .completeOnTimeout(
            found(
                Map.of(),
                List.of(
                    Value.of(
                        "the system has not said within "
                            + patience.toSeconds()
                            + " s what there is; what is known can be written by hand"))),
            patience.toMillis(),
            TimeUnit.MILLISECONDS)
        .thenAccept(found -> answer(call, 200, found));
  }

  /**
   * Drivers may let one wait, and the thread of the API must not. Nor a virtual one: what hangs in
   * native code keeps its carrier, and there are as few of these as processors.
   */
  private static CompletableFuture<Map<String, Value>> look(BridgeProvider provider) {
    CompletableFuture<Map<String, Value>> look = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("clasp-bridge-devices")
        .start(() -> {
          Map<String, Value> found = new LinkedHashMap<>();
          List<Value> notes = new ArrayList<>();
          try {
            provider
                .devices()
                .forEach((setting, all) ->
                    found.put(
                        setting,
                        Value.of(
                            all.stream()
                                .map(each ->
                                    Value.of(
                                        Map.of(
                                            "value", Value.of(each.value()),
                                            "title", Value.of(each.title()))))
                                .toList())));
          } catch (RuntimeException | LinkageError e) {
            // Without a driver the setting can still be written by hand.
            notes.add(Value.of(String.valueOf(e.getMessage())));
          }
          look.complete(found(found, notes));
        });
    return look;
  }

  private static Map<String, Value> found(Map<String, Value> devices, List<Value> notes) {
    return Map.of("devices", Value.of(devices), "notes", Value.of(notes));
  }

  private void universe(AdminCall call) {
    known(call);
    int number = (int) call.number("number", -1, MAX_UNIVERSE);
    if (number < 0) {
      throw new Mistake(400, "number must say which universe, 0 to " + MAX_UNIVERSE);
    }
    Value view =
        bridges
            .host()
            .universe(call.variable(), number)
            .orElseThrow(() ->
                new Mistake(
                    NOT_FOUND,
                    "bridge " + call.variable() + " has no universe " + number + " now"));
    answer(call, 200, ((Value.Map) view).entries());
  }

  // --- changing ----------------------------------------------------------------------------------

  private void add(AdminCall call) {
    BridgeDefinition definition = BridgeDefinition.parse(body(call), "");
    if (bridges.host().definition(definition.name()).isPresent()) {
      throw new Mistake(CONFLICT, "there is a bridge " + definition.name() + " already");
    }
    bridges.add(definition);
    answer(call, 201, view(definition.name()));
  }

  private void put(AdminCall call) {
    Map<String, Value> body = new LinkedHashMap<>(body(call).entries());
    body.putIfAbsent("name", Value.of(call.variable()));
    BridgeDefinition definition = BridgeDefinition.parse(Value.of(body), "");
    if (!definition.name().equals(call.variable())) {
      throw new Mistake(400, "the body has another name than the path; there is no renaming here");
    }
    changeable(definition.name());
    bridges.put(definition);
    answer(call, 200, view(definition.name()));
  }

  private void remove(AdminCall call) {
    known(call);
    changeable(call.variable());
    bridges.remove(call.variable());
    call.done();
  }

  private void enable(AdminCall call, boolean enabled) {
    known(call);
    bridges.enable(call.variable(), enabled);
    call.done();
  }

  private void restart(AdminCall call) {
    known(call);
    bridges.host().restart(call.variable());
    call.done();
  }

  private void known(AdminCall call) {
    if (bridges.host().definition(call.variable()).isEmpty()) {
      throw unknown(call.variable());
    }
  }

  private static Mistake unknown(String name) {
    return new Mistake(NOT_FOUND, "there is no bridge " + name);
  }

  private void changeable(String name) {
    bridges
        .place(name)
        .ifPresent(place -> {
          throw new Mistake(
              CONFLICT,
              "bridge " + name + " is written in " + place + ": change it there, and reload");
        });
  }

  // --- trying ------------------------------------------------------------------------------------

  private void learn(AdminCall call) {
    known(call);
    Map<String, Value> body = call.query().body().length == 0 ? Map.of() : body(call).entries();
    long seconds =
        switch (body.getOrDefault("seconds", Value.of(DEFAULT_LEARN))) {
          case Value.Int(long whole) when whole >= 1 && whole <= MAX_LEARN -> whole;
          default -> throw new Mistake(400, "seconds must be 1 to " + MAX_LEARN);
        };
    bridges
        .host()
        .learn(call.variable(), Duration.ofSeconds(seconds))
        .whenComplete((heard, _) ->
            answer(call, 200, Map.of("heard", heard == null ? Value.NULL : source(heard))));
  }

  private void preview(AdminCall call) {
    Map<String, Value> body = body(call).entries();
    Direction direction =
        switch (text(body, "direction")) {
          case "in" -> Direction.IN;
          case "out" -> Direction.OUT;
          default -> throw new Mistake(400, "direction must be in or out");
        };
    SignalType type =
        SignalType.ofName(body.containsKey("type") ? text(body, "type") : "param")
            .filter(each -> each.code() <= SignalType.STREAM.code())
            .orElseThrow(() -> new Mistake(400, "type must be param, event or stream"));
    String address = text(body, "address");
    if (!address.startsWith("/")) {
      throw new Mistake(400, "address must begin with a slash");
    }
    List<MappedSignal> samples =
        List.of(new MappedSignal(address, type, body.getOrDefault("value", Value.NULL)));
    BridgeHost host = bridges.host();
    List<Preview> previews;
    if (body.containsKey("definition")) {
      previews =
          host.preview(
              BridgeDefinition.parse(body.get("definition"), "definition"), direction, samples);
    } else {
      String name = text(body, "bridge");
      if (host.definition(name).isEmpty()) {
        throw unknown(name);
      }
      previews = host.preview(name, direction, samples);
    }
    Preview preview = previews.getFirst();
    List<Value> steps = new ArrayList<>();
    preview.steps().forEach(step -> steps.add(Value.of(step)));
    if (!preview.note().isEmpty()) {
      steps.add(Value.of(preview.note()));
    }
    answer(
        call,
        200,
        Map.of(
            "signals",
            Value.of(preview.results().stream().map(BridgeCalls::signal).toList()),
            "steps",
            Value.of(steps),
            "rules",
            Value.of(preview.rules().stream().map(BridgeCalls::step).toList())));
  }

  private static Value step(MappingStep step) {
    Map<String, Value> tree = new LinkedHashMap<>();
    tree.put("rule", Value.of(step.rule()));
    tree.put("name", Value.of(step.name()));
    Map<String, Value> captures = new LinkedHashMap<>();
    step.captures().forEach((name, text) -> captures.put(name, Value.of(text)));
    tree.put("captures", Value.of(captures));
    step.refusal().ifPresent(why -> tree.put("refusal", Value.of(why)));
    List<Value> stages = new ArrayList<>();
    for (MappingStep.Stage stage : step.stages()) {
      Map<String, Value> each = new LinkedHashMap<>();
      each.put("transform", Value.of(stage.transform()));
      // Without a value: the transform drops it.
      stage.value().ifPresent(value -> each.put("value", value));
      stages.add(Value.of(each));
    }
    tree.put("stages", Value.of(stages));
    tree.put("notes", Value.of(step.notes().stream().map(Value::of).toList()));
    tree.put("signals", Value.of(step.signals().stream().map(BridgeCalls::signal).toList()));
    return Value.of(tree);
  }

  private static Value signal(MappedSignal signal) {
    Map<String, Value> tree = new LinkedHashMap<>();
    tree.put("address", Value.of(signal.address()));
    tree.put("type", Value.of(signal.type().wireName()));
    tree.put("value", signal.value());
    signal
        .gesture()
        .ifPresent(step -> {
          tree.put("gesture_id", Value.of(Integer.toUnsignedLong(step.id())));
          tree.put("phase", Value.of(step.phase().wireName()));
        });
    if (!signal.hints().isEmpty()) {
      tree.put("hints", Value.of(signal.hints()));
    }
    return Value.of(tree);
  }

  // --- bodies ------------------------------------------------------------------------------------

  static Value.Map body(AdminCall call) {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(call.query().body()))
              .toString();
      return JsonValues.parse(text)
          .filter(Value.Map.class::isInstance)
          .map(Value.Map.class::cast)
          .orElseThrow(() -> new Mistake(400, "the body must be a JSON object"));
    } catch (CharacterCodingException e) {
      throw new Mistake(400, "the body must be JSON in UTF-8");
    }
  }

  private static String text(Map<String, Value> body, String name) {
    return body.get(name) instanceof Value.Text(String text)
        ? text
        : fail(name + " must be there, as a text");
  }

  private static String fail(String sentence) {
    throw new Mistake(400, sentence);
  }

  static void answer(AdminCall call, int status, Map<String, Value> tree) {
    call.json(status, JsonValues.text(Value.of(tree)).getBytes(StandardCharsets.UTF_8));
  }
}
