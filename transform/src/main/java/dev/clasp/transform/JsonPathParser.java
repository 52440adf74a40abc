package dev.clasp.transform;

import dev.clasp.protocol.Value;
import dev.clasp.transform.JsonPath.Operand;
import dev.clasp.transform.JsonPath.Query;
import dev.clasp.transform.JsonPath.Segment;
import dev.clasp.transform.JsonPath.Selector;
import dev.clasp.transform.JsonPath.Test;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The text of a {@link JsonPath}. */
final class JsonPathParser {

  private static final int MAX_LENGTH = 1024;
  private static final int MAX_SEGMENTS = 64;
  private static final int MAX_DEPTH = 16;
  private static final List<String> COMPARISONS = List.of("==", "!=", "<=", ">=", "<", ">");

  private final String text;
  private final String where;
  private int at;
  private int depth;

  JsonPathParser(String text, String where) {
    this.text = text;
    this.where = where;
  }

  JsonPath parse() {
    if (text.length() > MAX_LENGTH) {
      throw new MappingException(where, "a JSON path has at most " + MAX_LENGTH + " characters");
    }
    if (!skip("$")) {
      throw mistake("a JSON path begins with $");
    }
    JsonPath path = segments();
    if (at < text.length()) {
      throw mistake("'" + text.charAt(at) + "' is not expected");
    }
    return path;
  }

  private MappingException mistake(String why) {
    return new MappingException(where, why + " at character " + (at + 1));
  }

  private boolean skip(String wanted) {
    if (text.startsWith(wanted, at)) {
      at += wanted.length();
      return true;
    }
    return false;
  }

  private void blanks() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private void expect(String wanted) {
    blanks();
    if (!skip(wanted)) {
      throw mistake("'" + wanted + "' is missing");
    }
  }

  private JsonPath segments() {
    List<Segment> segments = new ArrayList<>();
    while (true) {
      int before = at;
      blanks();
      if (skip("..")) {
        segments.add(new Segment(true, skip("[") ? selectors() : List.of(shorthand())));
      } else if (skip(".")) {
        segments.add(new Segment(false, List.of(shorthand())));
      } else if (skip("[")) {
        segments.add(new Segment(false, selectors()));
      } else {
        at = before;
        return new JsonPath(segments);
      }
      if (segments.size() > MAX_SEGMENTS) {
        throw mistake("the path has more than " + MAX_SEGMENTS + " segments");
      }
    }
  }

  private Selector shorthand() {
    if (skip("*")) {
      return new Selector.Wildcard();
    }
    int from = at;
    while (at < text.length() && isName(text.charAt(at), at > from)) {
      at++;
    }
    if (at == from) {
      throw mistake("a name or * is missing");
    }
    return new Selector.Name(text.substring(from, at));
  }

  private static boolean isName(char c, boolean inside) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c == '_'
        || c >= 0x80
        || inside && c >= '0' && c <= '9';
  }

  private List<Selector> selectors() {
    List<Selector> selectors = new ArrayList<>();
    do {
      blanks();
      selectors.add(selector());
      blanks();
    } while (skip(","));
    expect("]");
    return selectors;
  }

  private Selector selector() {
    if (skip("*")) {
      return new Selector.Wildcard();
    }
    if (skip("?")) {
      return new Selector.Filter(or());
    }
    if (at < text.length() && (text.charAt(at) == '\'' || text.charAt(at) == '"')) {
      return new Selector.Name(quoted());
    }
    @Nullable Long start = optionalInteger();
    blanks();
    if (!skip(":")) {
      if (start == null) {
        throw mistake("a name in quotes, a number, * or ? is missing");
      }
      return new Selector.Index(start);
    }
    blanks();
    @Nullable Long end = optionalInteger();
    blanks();
    @Nullable Long step = null;
    if (skip(":")) {
      blanks();
      step = optionalInteger();
    }
    return new Selector.Slice(start, end, step == null ? 1 : step);
  }

  private @Nullable Long optionalInteger() {
    int from = at;
    skip("-");
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (at == from) {
      return null;
    }
    String digits = text.substring(from, at);
    if (!digits.matches("0|-?[1-9][0-9]{0,14}")) {
      at = from;
      throw mistake(digits + " is not a whole number that a path may have");
    }
    return Long.parseLong(digits);
  }

  private String quoted() {
    char quote = text.charAt(at++);
    StringBuilder out = new StringBuilder();
    while (at < text.length() && text.charAt(at) != quote) {
      char c = text.charAt(at++);
      if (c < 0x20) {
        throw mistake("a control character is in a name");
      }
      out.append(c == '\\' ? escaped(quote) : c);
    }
    if (at == text.length()) {
      throw mistake("a name does not end");
    }
    at++;
    return out.toString();
  }

  private char escaped(char quote) {
    if (at == text.length()) {
      throw mistake("a name does not end");
    }
    char c = text.charAt(at++);
    return switch (c) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case '/', '\\' -> c;
      case 'u' -> {
        if (at + 4 > text.length()) {
          throw mistake("four hexadecimal digits are missing");
        }
        int code = 0;
        for (int i = 0; i < 4; i++) {
          int digit = Character.digit(text.charAt(at++), 16);
          if (digit < 0) {
            throw mistake("four hexadecimal digits are missing");
          }
          code = code * 16 + digit;
        }
        yield (char) code;
      }
      default -> {
        if (c != quote) {
          throw mistake("\\" + c + " is not known");
        }
        yield c;
      }
    };
  }

  // --- filters -----------------------------------------------------------------------------------

  private Test or() {
    if (++depth > MAX_DEPTH) {
      throw mistake("filters are nested more than " + MAX_DEPTH + " deep");
    }
    List<Test> tests = new ArrayList<>(List.of(and()));
    blanks();
    while (skip("||")) {
      tests.add(and());
      blanks();
    }
    depth--;
    return tests.size() == 1 ? tests.getFirst() : new Test.Or(tests);
  }

  private Test and() {
    List<Test> tests = new ArrayList<>(List.of(basic()));
    blanks();
    while (skip("&&")) {
      tests.add(basic());
      blanks();
    }
    return tests.size() == 1 ? tests.getFirst() : new Test.And(tests);
  }

  private Test basic() {
    blanks();
    if (skip("!")) {
      blanks();
      if (skip("(")) {
        Test inner = or();
        expect(")");
        return new Test.Not(inner);
      }
      return new Test.Not(new Test.Exists(query()));
    }
    if (skip("(")) {
      Test inner = or();
      expect(")");
      return inner;
    }
    int from = at;
    if (at < text.length() && (text.charAt(at) == '@' || text.charAt(at) == '$')) {
      Query query = query();
      blanks();
      String op = comparison();
      if (op == null) {
        return new Test.Exists(query);
      }
      if (!query.path().singular()) {
        at = from;
        throw mistake("only a path to one value can be compared; use value() or count()");
      }
      return new Test.Compare(new Operand.Single(query), op, operand());
    }
    Operand left = operand();
    blanks();
    String op = comparison();
    if (op == null) {
      throw mistake("a comparison is missing");
    }
    return new Test.Compare(left, op, operand());
  }

  private @Nullable String comparison() {
    for (String op : COMPARISONS) {
      if (skip(op)) {
        return op;
      }
    }
    return null;
  }

  private Query query() {
    boolean fromRoot = skip("$");
    if (!fromRoot && !skip("@")) {
      throw mistake("@ or $ is missing");
    }
    if (++depth > MAX_DEPTH) {
      throw mistake("filters are nested more than " + MAX_DEPTH + " deep");
    }
    Query query = new Query(fromRoot, segments());
    depth--;
    return query;
  }

  private Operand operand() {
    blanks();
    if (at == text.length()) {
      throw mistake("a value is missing");
    }
    char c = text.charAt(at);
    if (c == '@' || c == '$') {
      Query query = query();
      if (!query.path().singular()) {
        throw mistake("only a path to one value can be compared; use value() or count()");
      }
      return new Operand.Single(query);
    }
    if (c == '\'' || c == '"') {
      return new Operand.Literal(Value.of(quoted()));
    }
    if (skip("length(")) {
      if (++depth > MAX_DEPTH) {
        throw mistake("filters are nested more than " + MAX_DEPTH + " deep");
      }
      Operand of = operand();
      depth--;
      expect(")");
      return new Operand.Length(of);
    }
    if (skip("count(")) {
      blanks();
      Query query = query();
      expect(")");
      return new Operand.Count(query);
    }
    if (skip("value(")) {
      blanks();
      Query query = query();
      expect(")");
      return new Operand.Only(query);
    }
    for (String word : List.of("true", "false", "null")) {
      if (skip(word)) {
        return new Operand.Literal(
            word.equals("null") ? Value.NULL : Value.of(word.equals("true")));
      }
    }
    int from = at;
    while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    double number = Numbers.parse(text.substring(from, at));
    if (Double.isNaN(number)) {
      at = from;
      throw mistake("a value is missing (match() and search() are left out)");
    }
    return new Operand.Literal(Value.of(number));
  }
}
