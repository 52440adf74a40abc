package dev.clasp.security;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Pattern;

/** An event as one line of JSON, and how its texts are made harmless. */
public final class AuditLine {

  private static final JsonFactory JSON = new JsonFactory();

  private static final DateTimeFormatter MICROSECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  /** Characters of one field; clients choose names and addresses. */
  private static final int MAX_FIELD = 1024;

  /** What looks like a secret, should one have slipped into a text (operations.md 12.7). */
  private static final Pattern SECRET =
      Pattern.compile(
          // Not the end of a word: /client_brightness is an address.
          "(?:cpsk|(?<![0-9A-Za-z])(?:cap2?|ent))_[0-9A-Za-z_-]{8,}"
              + "|(?i:bearer)\\s+\\S+"
              + "|eyJ[0-9A-Za-z_-]{8,}(?:\\.[0-9A-Za-z_-]*)*");

  private AuditLine() {}

  /**
   * @param leftOut events like it that were not written
   */
  static String of(AuditEvent event, long leftOut) {
    StringWriter out = new StringWriter(256);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("ts", MICROSECONDS.format(event.at()));
      json.writeStringField("event", event.kind().id());
      json.writeStringField("result", event.result().id());
      field(json, "subject", event.subject());
      field(json, "token_id", event.tokenId());
      field(json, "peer", event.peer());
      field(json, "session", event.session());
      field(json, "address", event.address());
      if (event.code().isPresent()) {
        json.writeNumberField("code", event.code().getAsInt());
      }
      if (!event.detail().isEmpty()) {
        json.writeStringField("detail", clean(event.detail()));
      }
      if (leftOut > 0) {
        json.writeNumberField("left_out", leftOut);
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return out.append('\n').toString();
  }

  private static void field(JsonGenerator json, String name, Optional<String> value)
      throws IOException {
    if (value.isPresent()) {
      json.writeStringField(name, clean(value.get()));
    }
  }

  /**
   * A text that clients may have chosen, as it may be shown: without what looks like a secret and
   * without control characters, at most 1024 characters. JSON escapes what is below blank; this
   * takes the other characters that move terminals.
   */
  public static String clean(String text) {
    String cut = text.length() > MAX_FIELD ? text.substring(0, MAX_FIELD) + "..." : text;
    StringBuilder out = new StringBuilder(cut.length());
    cut.codePoints()
        .forEach(c -> {
          int type = Character.getType(c);
          boolean unsafe =
              Character.isISOControl(c)
                  || type == Character.FORMAT
                  || type == Character.SURROGATE
                  || type == Character.LINE_SEPARATOR
                  || type == Character.PARAGRAPH_SEPARATOR;
          out.appendCodePoint(unsafe ? '\uFFFD' : c);
        });
    return SECRET.matcher(out).replaceAll("[secret]");
  }
}
