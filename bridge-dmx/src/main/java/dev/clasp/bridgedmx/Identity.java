package dev.clasp.bridgedmx;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * What a widget says of itself.
 *
 * @param maker ESTA number and name, if it answers label 77; the first Pro does not
 * @param model number and name, if it answers label 78
 * @param serialNumber eight digits, if it has one
 */
record Identity(
    WidgetParameters parameters,
    Optional<Named> maker,
    Optional<Named> model,
    Optional<String> serialNumber) {

  /** ESTA number of DMXking. */
  static final int DMXKING = 0x6A6B;

  private static final int MAX_NAME = 32;

  /** A number with a name. */
  record Named(int number, String name) {

    /** Empty if it has no number. What cannot be shown of the name becomes a question mark. */
    static Optional<Named> decode(byte[] data) {
      if (data.length < 2) {
        return Optional.empty();
      }
      int length = Math.min(data.length - 2, MAX_NAME);
      String text = new String(data, 2, length, StandardCharsets.ISO_8859_1);
      int zero = text.indexOf(0);
      text = (zero < 0 ? text : text.substring(0, zero)).replaceAll("[^ -~]", "?").strip();
      return Optional.of(new Named(data[0] & 0xFF | (data[1] & 0xFF) << 8, text));
    }
  }

  boolean isDmxking() {
    return maker.filter(named -> named.number() == DMXKING).isPresent();
  }

  /** {@code ENTTEC DMX USB Pro}. */
  String kind() {
    String made = maker.map(Named::name).orElse("");
    String modelName = model.map(Named::name).orElse("");
    String both =
        (modelName.toLowerCase(Locale.ROOT).startsWith(made.toLowerCase(Locale.ROOT))
                ? modelName
                : made + " " + modelName)
            .strip();
    return both.isEmpty() ? "DMX USB Pro" : both;
  }

  /** {@code ENTTEC DMX USB Pro 12345678, firmware 1.44}. */
  @Override
  public String toString() {
    return kind()
        + serialNumber.map(number -> " " + number).orElse("")
        + ", firmware "
        + parameters.firmware();
  }
}
