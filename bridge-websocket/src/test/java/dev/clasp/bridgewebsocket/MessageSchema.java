package dev.clasp.bridgewebsocket;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The published schema of the messages of json-rpc, as a client would read it. */
final class MessageSchema {

  private final JsonSchema requests = part("request");
  private final JsonSchema replies = part("reply");

  private static JsonSchema part(String name) {
    try {
      String text =
          Files.readString(Path.of("..", "docs", "api", "websocket-json-rpc.schema.json"));
      // One of the two, and nothing else.
      String any =
          text.replaceFirst("(?s)\"anyOf\": \\[.*", "\"\\$ref\": \"#/\\$defs/" + name + "\"}");
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(any);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What of a reply is not as it should be. */
  List<String> problems(String reply) {
    return replies.validate(reply, InputFormat.JSON).stream().map(Object::toString).toList();
  }

  boolean takes(String request) {
    try {
      return requests.validate(request, InputFormat.JSON).isEmpty();
    } catch (IllegalArgumentException e) {
      // No JSON at all.
      return false;
    }
  }
}
