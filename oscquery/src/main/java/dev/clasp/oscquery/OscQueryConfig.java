package dev.clasp.oscquery;

import dev.clasp.bridge.Namespace;
import dev.clasp.discovery.MdnsNetwork;
import dev.clasp.transport.OriginPolicy;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How the address space is shown to OSCQuery programs. Immutable.
 *
 * @param host address to bind, for HTTP and for OSC
 * @param port of HTTP and WebSockets; 0 = any free one
 * @param oscPort where OSC by UDP is taken; 0 = any free one; empty = not at all
 * @param name that programs show to people
 * @param served the part of the address space that is served; addresses keep their full length
 * @param readOnly nobody writes: ACCESS is 1 everywhere, and OSC is not taken
 * @param create whether OSC to an address that does not exist yet makes a parameter of it
 * @param origins web pages that may read and connect
 * @param mdns where to announce {@code _oscjson._tcp} and {@code _osc._udp}; empty = nowhere. What
 *     is bound to loopback is never announced
 * @param definitions how often to ask for the definitions of signals
 * @param limits what others may take of us
 */
public record OscQueryConfig(
    String host,
    int port,
    OptionalInt oscPort,
    String name,
    Namespace served,
    boolean readOnly,
    boolean create,
    OriginPolicy origins,
    Optional<MdnsNetwork> mdns,
    Duration definitions,
    OscQueryLimits limits) {

  /** Convention of the field; free of programs that are known to us. */
  public static final int DEFAULT_PORT = 7770;

  /** On this machine only, everything, writable, not announced. */
  public static final OscQueryConfig DEFAULT =
      new OscQueryConfig(
          "127.0.0.1",
          DEFAULT_PORT,
          OptionalInt.of(DEFAULT_PORT),
          "CLASP",
          new Namespace(""),
          false,
          false,
          OriginPolicy.LOCAL,
          Optional.empty(),
          Duration.ofSeconds(10),
          OscQueryLimits.DEFAULT);

  /**
   * @throws IllegalArgumentException a port or time out of its range
   */
  public OscQueryConfig {
    checkPort(port, "the port");
    oscPort.ifPresent(p -> checkPort(p, "the OSC port"));
    if (definitions.compareTo(Duration.ofMillis(100)) < 0) {
      throw new IllegalArgumentException("definitions can be asked for every 100 ms at most");
    }
  }

  private static void checkPort(int port, String what) {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException(what + " must be 0 to 65535, not " + port);
    }
  }

  public OscQueryConfig withHost(String value) {
    return new OscQueryConfig(
        value, port, oscPort, name, served, readOnly, create, origins, mdns, definitions, limits);
  }

  /** HTTP and OSC on the same number, which is what programs assume. */
  public OscQueryConfig withPort(int value) {
    return new OscQueryConfig(
        host,
        value,
        oscPort.isPresent() ? OptionalInt.of(value) : oscPort,
        name,
        served,
        readOnly,
        create,
        origins,
        mdns,
        definitions,
        limits);
  }

  public OscQueryConfig withOscPort(OptionalInt value) {
    return new OscQueryConfig(
        host, port, value, name, served, readOnly, create, origins, mdns, definitions, limits);
  }

  public OscQueryConfig withName(String value) {
    return new OscQueryConfig(
        host, port, oscPort, value, served, readOnly, create, origins, mdns, definitions, limits);
  }

  public OscQueryConfig withServed(Namespace value) {
    return new OscQueryConfig(
        host, port, oscPort, name, value, readOnly, create, origins, mdns, definitions, limits);
  }

  public OscQueryConfig withReadOnly(boolean value) {
    return new OscQueryConfig(
        host, port, oscPort, name, served, value, create, origins, mdns, definitions, limits);
  }

  public OscQueryConfig withCreate(boolean value) {
    return new OscQueryConfig(
        host, port, oscPort, name, served, readOnly, value, origins, mdns, definitions, limits);
  }

  /**
   * @param value further origins such as {@code https://show.example}; {@code *} allows all
   */
  public OscQueryConfig withOrigins(Set<String> value) {
    return new OscQueryConfig(
        host,
        port,
        oscPort,
        name,
        served,
        readOnly,
        create,
        new OriginPolicy(value),
        mdns,
        definitions,
        limits);
  }

  public OscQueryConfig withMdns(Optional<MdnsNetwork> value) {
    return new OscQueryConfig(
        host, port, oscPort, name, served, readOnly, create, origins, value, definitions, limits);
  }

  public OscQueryConfig withDefinitions(Duration value) {
    return new OscQueryConfig(
        host, port, oscPort, name, served, readOnly, create, origins, mdns, value, limits);
  }

  public OscQueryConfig withLimits(OscQueryLimits value) {
    return new OscQueryConfig(
        host, port, oscPort, name, served, readOnly, create, origins, mdns, definitions, value);
  }

  /** Whether OSC by UDP is taken. */
  boolean takesOsc() {
    return oscPort.isPresent() && !readOnly;
  }
}
