package dev.clasp.bench;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A report as JSON, and its runs back from it. */
final class JsonReport {

  /** Goes up when a reader of older files would misunderstand newer ones. */
  private static final int FORMAT = 1;

  private static final JsonFactory JSON = new JsonFactory();

  private JsonReport() {}

  static void write(BenchReport report, OutputStream out) throws IOException {
    try (JsonGenerator json = JSON.createGenerator(out, JsonEncoding.UTF8)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeNumberField("format", FORMAT);
      environment(json, report.environment());
      json.writeObjectFieldStart("settings");
      for (Map.Entry<String, String> setting : report.settings().entrySet()) {
        json.writeStringField(setting.getKey(), setting.getValue());
      }
      json.writeEndObject();
      json.writeArrayFieldStart("notes");
      for (String note : report.notes()) {
        json.writeString(note);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("summary");
      for (Summary summary : report.summaries()) {
        json.writeStartObject();
        json.writeStringField("scenario", summary.scenario());
        json.writeStringField("variant", summary.variant());
        json.writeStringField("side", summary.side());
        json.writeStringField("figure", summary.figure());
        json.writeStringField("unit", summary.unit().symbol());
        json.writeStringField("better", lower(summary.better()));
        spread(json, summary.spread());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayFieldStart("ratios");
      for (Ratio ratio : report.ratios()) {
        json.writeStartObject();
        json.writeStringField("scenario", ratio.scenario());
        json.writeStringField("variant", ratio.variant());
        json.writeStringField("to", ratio.to());
        json.writeStringField("figure", ratio.figure());
        json.writeStringField("better", lower(ratio.better()));
        spread(json, ratio.spread());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayFieldStart("results");
      for (RunResult result : report.results()) {
        result(json, result);
      }
      json.writeEndArray();
      json.writeEndObject();
      json.writeRaw('\n');
    }
    out.flush();
  }

  private static void environment(JsonGenerator json, Environment environment) throws IOException {
    json.writeObjectFieldStart("environment");
    for (Map.Entry<String, String> entry : environment.toMap().entrySet()) {
      json.writeStringField(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
  }

  private static void spread(JsonGenerator json, Spread spread) throws IOException {
    json.writeNumberField("median", spread.median());
    json.writeNumberField("min", spread.min());
    json.writeNumberField("max", spread.max());
    json.writeNumberField("runs", spread.count());
  }

  private static void result(JsonGenerator json, RunResult result) throws IOException {
    json.writeStartObject();
    json.writeStringField("scenario", result.scenario());
    json.writeStringField("variant", result.variant());
    json.writeStringField("side", result.side());
    json.writeBooleanField("reference", result.reference());
    json.writeNumberField("run", result.run());
    json.writeArrayFieldStart("figures");
    for (Figure figure : result.figures()) {
      json.writeStartObject();
      json.writeStringField("name", figure.name());
      json.writeStringField("unit", figure.unit().name().toLowerCase(Locale.ROOT));
      json.writeStringField("better", lower(figure.better()));
      json.writeNumberField("value", figure.value());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static String lower(Better better) {
    return better.name().toLowerCase(Locale.ROOT);
  }

  /**
   * The runs of a report that {@link #write} wrote.
   *
   * @param name of the file, for messages
   * @throws BenchException it is something else
   */
  static List<RunResult> readResults(InputStream in, String name) throws IOException {
    JsonNode root;
    try {
      root = new ObjectMapper().readTree(in);
    } catch (JsonProcessingException e) {
      throw new BenchException(
          name + " is not JSON: " + e.getOriginalMessage() + ". Make it with --output json", e);
    }
    if (root.path("format").asInt() != FORMAT || !root.path("results").isArray()) {
      throw new BenchException(
          name + " is no report of this version of clasp bench: make it with --output json");
    }
    List<RunResult> results = new ArrayList<>();
    try {
      for (JsonNode result : root.path("results")) {
        List<Figure> figures = new ArrayList<>();
        for (JsonNode figure : result.path("figures")) {
          figures.add(
              new Figure(
                  figure.path("name").asText(),
                  Unit.valueOf(figure.path("unit").asText().toUpperCase(Locale.ROOT)),
                  Better.valueOf(figure.path("better").asText().toUpperCase(Locale.ROOT)),
                  figure.path("value").asDouble(Double.NaN)));
        }
        results.add(
            new RunResult(
                result.path("scenario").asText(),
                result.path("variant").asText(),
                result.path("side").asText(),
                result.path("reference").asBoolean(),
                result.path("run").asInt(),
                figures));
      }
    } catch (IllegalArgumentException e) {
      throw new BenchException(name + " is damaged: " + e.getMessage(), e);
    }
    return results;
  }
}
