package dev.clasp.bench;

/**
 * Where the target takes and sends Art-Net on this machine, by bridges that {@link #definitions}
 * describes.
 *
 * @param in UDP port of the target for whole universes, which are below {@code /bench/in}
 * @param slots the same for single slots, below {@code /bench/slots}
 * @param out UDP port of the generator, to which the target sends what is below {@code /bench/out}
 */
public record LightPorts(int in, int slots, int out) {

  /** The file of bridges that a target has to be started with. */
  public String definitions() {
    return """
    {"bridges": [
      %s,
      %s,
      {"name": "bench-out", "protocol": "artnet", "namespace": "/bench/out", "direction": "out",
       "settings": {"bind": "127.0.0.1:0", "send": "targets", "targets": ["127.0.0.1:%d"],
         "node": false, "controller": false, "gather": "0s"}}
    ]}
    """
        .formatted(receiver("in", in, "universe"), receiver("slots", slots, "slots"), out);
  }

  private static String receiver(String name, int port, String emit) {
    return """
    {"name": "bench-%s", "protocol": "artnet", "namespace": "/bench/%s", "direction": "in",
       "settings": {"bind": "127.0.0.1:%d", "emit": "%s", "send": "off", "node": false, "controller": false,
         "sources": false}}\
    """
        .formatted(name, name, port, emit);
  }
}
