package dev.clasp.discovery;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clasp.discovery.RendezvousConfig.Listing;
import dev.clasp.discovery.RendezvousJson.MalformedException;
import dev.clasp.transport.HttpHandler;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP side of a rendezvous server (discovery.md 4.1 to 4.6), as the reference answers it, and
 * {@code GET /discover}, which the JavaScript SDK 4.5 asks for. Thread-safe.
 */
final class RendezvousPages implements HttpHandler {

  private static final String API = "/api/v1/";
  private static final String REGISTER = API + "register";
  private static final String DISCOVER = API + "discover";
  private static final String REFRESH = API + "refresh/";
  private static final String UNREGISTER = API + "unregister/";
  private static final String HEALTH = API + "health";

  /** Where a page of the JavaScript SDK looks. */
  private static final String ALIAS = "/discover";

  static final int MAX_BODY = 16 << 10;
  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 1000;

  /** Bytes of devices in an answer; further ones are left out, as beyond the limit. */
  private static final int MAX_ANSWER = 4 << 20;

  private static final int MAX_ID = 64;

  private final Registry registry;
  private final RendezvousConfig config;
  private final SourceRates registrations;
  private final SourceRates requests;
  private final AtomicLong asked = new AtomicLong();
  private final AtomicLong limited = new AtomicLong();
  private final AtomicLong invalid = new AtomicLong();

  /**
   * @param nanos a monotonic clock
   */
  RendezvousPages(Registry registry, RendezvousConfig config, LongSupplier nanos) {
    this.registry = registry;
    this.config = config;
    this.registrations = new SourceRates(config.registry().registrationsPerMinute(), nanos);
    this.requests = new SourceRates(config.registry().requestsPerMinute(), nanos);
  }

  /** Is this path one of these? */
  static boolean has(String path) {
    return path.startsWith(API) || path.equals(ALIAS);
  }

  /** Requests, those that came too fast, and those with something wrong in them. */
  Map<String, Long> counters() {
    Map<String, Long> all = new LinkedHashMap<>();
    all.put("requests", asked.get());
    all.put("rateLimited", limited.get());
    all.put("invalid", invalid.get());
    return all;
  }

  /** For gates that answer at once. */
  @Override
  public HttpReply handle(HttpQuery query) {
    AtomicReference<HttpReply> answer =
        new AtomicReference<>(HttpReply.text(503, "ask again in a second\n"));
    handle(query, answer::set);
    return answer.get();
  }

  @Override
  public void handle(HttpQuery query, Consumer<HttpReply> answer) {
    asked.incrementAndGet();
    Page page = page(query.path());
    Consumer<HttpReply> to = reply -> answer.accept(cors(query, page, reply));
    if (query.method().equals("OPTIONS")) {
      to.accept(new HttpReply(200, "text/plain; charset=utf-8", new byte[0]));
    } else if (page == Page.NONE) {
      to.accept(HttpReply.text(404, "there is nothing here\n"));
    } else if (!page.serves(query.method())) {
      to.accept(
          HttpReply.text(405, "only " + page.allow + " is served here\n")
              .withHeader("Allow", page.allow));
    } else if (page == Page.HEALTH) {
      to.accept(HttpReply.text(200, "OK"));
    } else if (page.changes && !mayChange(query)) {
      to.accept(
          HttpReply.text(403, "pages of this origin may not register devices; see the settings\n"));
    } else {
      admit(query, page, to);
    }
  }

  private void admit(HttpQuery query, Page page, Consumer<HttpReply> to) {
    Optional<InetAddress> client = config.proxies().client(query);
    if (client.isEmpty()) {
      to.accept(invalid(400, "the proxy does not say clearly for whom it speaks"));
      return;
    }
    Source source = Source.of(client.get());
    long wait = (page == Page.REGISTER ? registrations : requests).wait(source);
    if (wait > 0) {
      limited.incrementAndGet();
      to.accept(
          HttpReply.text(429, "too many requests; try again in " + wait + " s\n")
              .withHeader("Retry-After", String.valueOf(wait)));
      return;
    }
    (page.changes ? config.registering() : config.discovering())
        .check(query, refusal -> to.accept(refusal.orElseGet(() -> serve(query, page, source))));
  }

  private HttpReply serve(HttpQuery query, Page page, Source source) {
    return switch (page) {
      case REGISTER -> register(query, source);
      case DISCOVER -> discover(query, false);
      case ALIAS -> discover(query, true);
      case REFRESH -> done(200, registry.refresh(id(query, REFRESH)));
      case UNREGISTER -> done(204, registry.unregister(id(query, UNREGISTER)));
      case HEALTH, NONE -> throw new IllegalStateException("answered already");
    };
  }

  // --- what there is -----------------------------------------------------------------------------

  private enum Page {
    REGISTER("POST", true),
    DISCOVER("GET, HEAD", false),
    ALIAS("GET, HEAD", false),
    REFRESH("POST", true),
    UNREGISTER("DELETE", true),
    HEALTH("GET, HEAD", false),
    NONE("", false);

    private final String allow;

    /** The registry, and not only looks at it. */
    private final boolean changes;

    Page(String allow, boolean changes) {
      this.allow = allow;
      this.changes = changes;
    }

    boolean serves(String method) {
      return List.of(allow.split(", ")).contains(method);
    }
  }

  private static Page page(String path) {
    return switch (path) {
      case REGISTER -> Page.REGISTER;
      case DISCOVER -> Page.DISCOVER;
      case HEALTH -> Page.HEALTH;
      case ALIAS -> Page.ALIAS;
      default ->
          isOne(path, REFRESH)
              ? Page.REFRESH
              : isOne(path, UNREGISTER) ? Page.UNREGISTER : Page.NONE;
    };
  }

  private static boolean isOne(String path, String folder) {
    return path.startsWith(folder)
        && path.length() > folder.length()
        && path.indexOf('/', folder.length()) < 0;
  }

  private static String id(HttpQuery query, String folder) {
    String text = query.path().substring(folder.length());
    // Ours need no escapes. Whatever does is not one of ours.
    return text.length() > MAX_ID ? "" : text;
  }

  private static HttpReply done(int status, boolean found) {
    return new HttpReply(found ? status : 404, "text/plain; charset=utf-8", new byte[0]);
  }

  // --- web pages of others (D-17) ----------------------------------------------------------------

  private boolean mayChange(HttpQuery query) {
    return config
        .origins()
        .allows(query.header("origin").orElse(null), query.header("host").orElse(null));
  }

  private HttpReply cors(HttpQuery query, Page page, HttpReply reply) {
    HttpReply open = reply.withHeader("Cross-Origin-Resource-Policy", "cross-origin");
    if (page.changes && !mayChange(query)) {
      return open;
    }
    open = open.withHeader("Access-Control-Allow-Origin", "*");
    return query.method().equals("OPTIONS")
        ? open.withHeader("Access-Control-Allow-Methods", "*")
            .withHeader("Access-Control-Allow-Headers", "*")
        : open;
  }

  // --- register ----------------------------------------------------------------------------------

  private HttpReply register(HttpQuery query, Source source) {
    if (!isJson(query)) {
      return invalid(415, "the content type of a registration is application/json");
    }
    if (query.body().length > MAX_BODY) {
      return invalid(413, "a registration has at most " + MAX_BODY + " bytes");
    }
    Registration registration;
    try {
      registration = RendezvousJson.registration(RendezvousJson.tree(query.body()));
    } catch (MalformedException e) {
      return invalid(400, String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      return invalid(422, String.valueOf(e.getMessage()));
    }
    return registry
        .register(registration, source)
        .map(receipt -> json(201, RendezvousJson.bytes(RendezvousJson.receipt(receipt))))
        .orElseGet(() ->
            HttpReply.text(429, "this address has as many devices here as it may\n")
                .withHeader("Retry-After", String.valueOf(config.registry().ttl().toSeconds())));
  }

  /**
   * {@code application/json}, or something that is also JSON, such as {@code application/x+json}.
   */
  private static boolean isJson(HttpQuery query) {
    String type = query.header("content-type").orElse("").toLowerCase(Locale.ROOT);
    int end = type.indexOf(';');
    String essence = (end < 0 ? type : type.substring(0, end)).strip();
    return essence.equals("application/json")
        || essence.startsWith("application/")
            && essence.endsWith("+json")
            && essence.length() > "application/+json".length();
  }

  // --- discover ----------------------------------------------------------------------------------

  private HttpReply discover(HttpQuery query, boolean withUrl) {
    Map<String, String> parameters;
    int limit;
    try {
      parameters = parameters(query.query());
      limit = limit(parameters.get("limit"));
    } catch (IllegalArgumentException e) {
      return invalid(400, String.valueOf(e.getMessage()));
    }
    Optional<String> tag = Optional.ofNullable(parameters.get("tag"));
    ArrayNode list = RendezvousJson.array();
    int room = MAX_ANSWER;
    if (tag.isPresent() || config.listing() == Listing.ALL) {
      for (RegisteredDevice device :
          registry.discover(tag, Optional.ofNullable(parameters.get("feature")), limit)) {
        // Four bytes for a character at most, and the names of the members.
        room -= 4 * device.registration().size() + 512;
        if (room < 0) {
          break;
        }
        ObjectNode node = RendezvousJson.device(device);
        if (withUrl) {
          device.url().ifPresent(url -> node.put("url", url));
        }
        list.add(node);
      }
    }
    return json(200, RendezvousJson.bytes(list));
  }

  private static int limit(@Nullable String text) {
    if (text == null) {
      return DEFAULT_LIMIT;
    }
    if (!text.matches("[0-9]{1,18}")) {
      throw new IllegalArgumentException("limit must be a number, 0 or more");
    }
    return (int) Math.min(MAX_LIMIT, Long.parseLong(text));
  }

  private static Map<String, String> parameters(String query) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String part : query.split("&", -1)) {
      int equals = part.indexOf('=');
      String name = decoded(equals < 0 ? part : part.substring(0, equals));
      String value = equals < 0 ? "" : decoded(part.substring(equals + 1));
      if (!part.isEmpty() && parameters.put(name, value) != null) {
        throw new IllegalArgumentException("a parameter is there twice");
      }
    }
    return parameters;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  // --- answers -----------------------------------------------------------------------------------

  private HttpReply invalid(int status, String problem) {
    invalid.incrementAndGet();
    return HttpReply.text(status, problem + "\n");
  }

  private static HttpReply json(int status, byte[] body) {
    return new HttpReply(status, "application/json", body);
  }
}
