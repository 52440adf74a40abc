package dev.clasp.oscquery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A JSON message of a WebSocket, either way (OSCQuery proposal, "Optional Bi-Directional
 * Communication"). Immutable.
 */
sealed interface Command {

  record Listen(String path) implements Command {}

  record Ignore(String path) implements Command {}

  /** Of libossia: values shall come by UDP to this port of the machine that asks. */
  record StartStreaming(int port) implements Command {}

  record PathAdded(String path) implements Command {}

  record PathRemoved(String path) implements Command {}

  record PathChanged(String path) implements Command {}

  record PathRenamed(String before, String now) implements Command {}

  /** Well formed, but of a kind that we do not know. */
  record Unknown(String name) implements Command {}

  /** Reads commands. */
  final class Reader {

    private static final int MAX_DEPTH = 8;
    private static final int MAX_TEXT = 2048;

    private static final JsonFactory FACTORY =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_TEXT)
                    .maxNameLength(64)
                    .maxNumberLength(32)
                    .build())
            .build();

    private String command = "";
    private Optional<String> text = Optional.empty();
    private Optional<String> before = Optional.empty();
    private Optional<String> now = Optional.empty();
    private OptionalInt port = OptionalInt.empty();

    private Reader() {}

    /**
     * @return empty if it is no command: no JSON object, no COMMAND, or DATA that does not fit
     */
    static Optional<Command> read(byte[] utf8, int offset, int length) {
      try (JsonParser parser = FACTORY.createParser(utf8, offset, length)) {
        Reader reader = new Reader();
        reader.object(parser);
        return parser.nextToken() == null ? reader.command() : Optional.empty();
      } catch (IOException e) {
        return Optional.empty();
      }
    }

    private void object(JsonParser parser) throws IOException {
      expect(parser.nextToken(), JsonToken.START_OBJECT);
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        expect(parser.currentToken(), JsonToken.FIELD_NAME);
        String key = parser.currentName();
        JsonToken token = parser.nextToken();
        switch (key) {
          case "COMMAND" -> {
            expect(token, JsonToken.VALUE_STRING);
            command = parser.getText();
          }
          case "DATA" -> data(parser, token);
          default -> parser.skipChildren();
        }
      }
    }

    private void data(JsonParser parser, JsonToken token) throws IOException {
      if (token == JsonToken.VALUE_STRING) {
        text = Optional.of(parser.getText());
      } else if (token == JsonToken.START_OBJECT) {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          expect(parser.currentToken(), JsonToken.FIELD_NAME);
          String key = parser.currentName();
          JsonToken value = parser.nextToken();
          if (key.equals("OLD") && value == JsonToken.VALUE_STRING) {
            before = Optional.of(parser.getText());
          } else if (key.equals("NEW") && value == JsonToken.VALUE_STRING) {
            now = Optional.of(parser.getText());
          } else if (key.equals("LOCAL_SERVER_PORT") && value == JsonToken.VALUE_NUMBER_INT) {
            port = OptionalInt.of(parser.getIntValue());
          } else if (key.equals("FULL_PATH") && value == JsonToken.VALUE_STRING) {
            // Some servers send the whole node with PATH_ADDED.
            text = Optional.of(parser.getText());
          } else {
            parser.skipChildren();
          }
        }
      } else {
        parser.skipChildren();
      }
    }

    private static void expect(JsonToken token, JsonToken wanted) throws IOException {
      if (token != wanted) {
        throw new IOException("expected " + wanted + ", not " + token);
      }
    }

    private Optional<Command> command() {
      return switch (command) {
        case "" -> Optional.empty();
        case "LISTEN" -> text.map(Listen::new);
        case "IGNORE" -> text.map(Ignore::new);
        case "PATH_ADDED" -> text.map(PathAdded::new);
        case "PATH_REMOVED" -> text.map(PathRemoved::new);
        case "PATH_CHANGED" -> text.map(PathChanged::new);
        case "PATH_RENAMED" ->
            before.isPresent() && now.isPresent()
                ? Optional.of(new PathRenamed(before.get(), now.get()))
                : Optional.empty();
        case "START_OSC_STREAMING" ->
            port.isPresent() && port.getAsInt() >= 1 && port.getAsInt() <= 65_535
                ? Optional.of(new StartStreaming(port.getAsInt()))
                : Optional.empty();
        default -> Optional.of(new Unknown(command));
      };
    }
  }
}
