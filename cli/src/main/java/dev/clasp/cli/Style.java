package dev.clasp.cli;

import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;

/** Colours of the output, or none. */
record Style(boolean colored) {

  private static final String DIM = "2";
  private static final String BOLD = "1";
  private static final String RED = "31";
  private static final String GREEN = "32";
  private static final String YELLOW = "33";
  private static final String BLUE = "34";
  private static final String MAGENTA = "35";
  private static final String CYAN = "36";

  /** What is beside the point: times, revisions. */
  String dim(String text) {
    return paint(DIM, text);
  }

  String bold(String text) {
    return paint(BOLD, text);
  }

  String address(String text) {
    return paint(CYAN, text);
  }

  String error(String text) {
    return paint(RED, text);
  }

  String type(SignalType type, String text) {
    return paint(
        switch (type) {
          case PARAM -> GREEN;
          case EVENT -> YELLOW;
          case STREAM -> BLUE;
          case GESTURE -> MAGENTA;
          case TIMELINE -> CYAN;
        },
        text);
  }

  /** The text of a value, coloured by its kind. */
  String value(Value value, String text) {
    return switch (value) {
      case Value.Null _ -> dim(text);
      case Value.Bool _ -> paint(YELLOW, text);
      case Value.Text _ -> paint(GREEN, text);
      case Value.Bytes _ -> paint(MAGENTA, text);
      case Value.Int _, Value.Float _, Value.Array _, Value.Map _ -> text;
    };
  }

  private String paint(String code, String text) {
    return colored && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
