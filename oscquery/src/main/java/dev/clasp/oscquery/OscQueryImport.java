package dev.clasp.oscquery;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeProvider;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSetting.Kind;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.PatternException;
import dev.clasp.protocol.Value;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;

/** The tree of another OSCQuery program as a bridge: what it has appears as addresses here. */
public final class OscQueryImport implements BridgeProvider {

  static final int DEFAULT_NODES = 20_000;

  private static final List<BridgeSetting> SETTINGS =
      List.of(
          new BridgeSetting(
              "url",
              Kind.TEXT,
              Value.NULL,
              "Where the program serves its tree: http://host:port, with a path for a part of it."),
          new BridgeSetting(
              "include",
              Kind.LIST,
              Value.NULL,
              "Only addresses of the program that match one of these patterns, such as /layer/**."),
          new BridgeSetting(
              "exclude", Kind.LIST, Value.NULL, "No addresses that match one of these patterns."),
          new BridgeSetting(
              "listen",
              Kind.SWITCH,
              Value.TRUE,
              "Whether to hear of changes by WebSocket; else the tree is asked for again and"
                  + " again."),
          new BridgeSetting(
              "poll",
              Kind.DURATION,
              Value.of("1s"),
              "How often to ask for the tree where there is no WebSocket, at least 50ms; 0 ="
                  + " never."),
          new BridgeSetting(
              "initial",
              Kind.SWITCH,
              Value.TRUE,
              "Whether the values that the program has when it is connected come in."),
          new BridgeSetting(
              "scale",
              Kind.CHOICE,
              Value.of("none"),
              "unit: numbers with a range are 0 to 1 here; none: they are as the program has them.",
              List.of("none", "unit")),
          new BridgeSetting(
              "osc",
              Kind.ENDPOINT,
              Value.NULL,
              "Where the program takes OSC by UDP, if it is not what its HOST_INFO says."),
          new BridgeSetting(
              "nodes",
              Kind.INTEGER,
              Value.of(DEFAULT_NODES),
              "The biggest tree that is read, 1 to 200000 nodes."));

  @Override
  public String protocol() {
    return "oscquery";
  }

  @Override
  public String title() {
    return "OSCQuery: the tree of another program";
  }

  @Override
  public String defaultNamespace() {
    return "/oscquery";
  }

  @Override
  public List<BridgeSetting> settings() {
    return SETTINGS;
  }

  @Override
  public String device(BridgeSettings settings) {
    return settings.text("url").orElse("");
  }

  @Override
  public List<String> ends() {
    return List.of("url");
  }

  @Override
  public void check(BridgeSettings settings) {
    config(settings);
  }

  @Override
  public Endpoint create(BridgeSettings settings, EndpointContext context) {
    return new ImportEndpoint(config(settings), context);
  }

  private static ImportConfig config(BridgeSettings settings) {
    long nodes = settings.integer("nodes").orElse(DEFAULT_NODES);
    if (nodes < 1 || nodes > 200_000) {
      throw BridgeException.lasting("nodes must be 1 to 200000, not " + nodes);
    }
    long poll = settings.duration("poll").orElseThrow().toNanos();
    if (poll > 0 && poll < 50_000_000) {
      throw BridgeException.lasting("poll must be 50ms at least, or 0");
    }
    return new ImportConfig(
        url(settings.text("url")),
        patterns("include", settings.list("include")),
        patterns("exclude", settings.list("exclude")),
        settings.on("listen"),
        poll,
        settings.on("initial"),
        settings.text("scale").filter("unit"::equals).isPresent(),
        settings.text("osc").map(OscQueryImport::endpoint),
        (int) nodes);
  }

  private static URI url(Optional<String> text) {
    if (text.isEmpty()) {
      throw BridgeException.lasting(
          "url is missing: where the program serves its tree, for example http://localhost:7770");
    }
    String full = text.get().contains("://") ? text.get() : "http://" + text.get();
    try {
      URI url = new URI(full);
      boolean usable =
          ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
              && url.getHost() != null
              && url.getRawQuery() == null
              && url.getRawFragment() == null
              && url.getRawUserInfo() == null;
      if (usable) {
        return url;
      }
    } catch (URISyntaxException e) {
      // Told below.
    }
    throw BridgeException.lasting("url must be like http://host:port, not " + text.get());
  }

  private static List<AddressPattern> patterns(String setting, List<String> texts) {
    try {
      return texts.stream().map(AddressPattern::parse).toList();
    } catch (PatternException e) {
      throw BridgeException.lasting(setting + ": " + e.getMessage());
    }
  }

  private static ImportConfig.Place endpoint(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    String port = text.substring(colon + 1);
    if (!port.matches("[0-9]{1,5}")
        || Integer.parseInt(port) < 1
        || Integer.parseInt(port) > 65_535) {
      throw BridgeException.lasting("osc must be host:port, :port or a port, not " + text);
    }
    return new ImportConfig.Place(host, Integer.parseInt(port));
  }
}
