package dev.clasp.transform;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From text to terms: precedence climbing over the table in bridges.md 15.3. {@code expr/1} is the
 * grammar of the reference; without it also {@code ?:}, {@code [ ]}, members and more names.
 *
 * <p>Bounds: 4,096 characters, 1,000 terms, 100 levels.
 */
final class ExpressionParser {

  static final int MAX_LENGTH = 4096;
  private static final int MAX_TERMS = 1000;
  private static final int MAX_DEPTH = 100;

  private static final int SEQUENCE = 0;
  private static final int ASSIGN = 50;
  private static final int TERNARY = 60;
  private static final int UNARY = 110;
  private static final int APPLY = 190;

  private static final List<String> OPERATORS =
      List.of(
          "&&=", "||=", "==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "*=", "/=", "%=", "^=", "+",
          "-", "*", "/", "%", "^", "<", ">", "=", "!", "(", ")", "[", "]", ",", ";", "?", ":", ".");

  private enum Kind {
    NUMBER,
    STRING,
    NAME,
    OPERATOR,
    END
  }

  private record Token(Kind kind, String text, Value value, int at) {
    boolean is(String operator) {
      return kind == Kind.OPERATOR && text.equals(operator);
    }
  }

  private final String text;
  private final boolean strict;
  private final List<String> captures;
  private final String where;
  private final List<Token> tokens = new ArrayList<>();
  private final Map<String, Integer> locals = new LinkedHashMap<>();
  private int next;
  private int terms;
  private int depth;
  boolean usesState;

  ExpressionParser(String text, boolean strict, List<String> captures, String where) {
    this.text = text;
    this.strict = strict;
    this.captures = captures;
    this.where = where;
  }

  int localCount() {
    return locals.size();
  }

  Term parse() {
    if (text.length() > MAX_LENGTH) {
      throw new MappingException(where, "an expression has at most " + MAX_LENGTH + " characters");
    }
    tokenize();
    for (int i = 0; i + 1 < tokens.size(); i++) {
      String op = tokens.get(i + 1).text();
      if (tokens.get(i).kind() == Kind.NAME && isAssignment(tokens.get(i + 1))) {
        locals.putIfAbsent(tokens.get(i).text(), locals.size());
        if (op.length() > 1) {
          count(tokens.get(i));
        }
      }
    }
    Term term = expression(SEQUENCE);
    if (peek().kind() != Kind.END) {
      throw mistake(peek(), "'" + peek().text() + "' is not expected");
    }
    return term;
  }

  private static boolean isAssignment(Token token) {
    return token.kind() == Kind.OPERATOR
        && token.text().endsWith("=")
        && !List.of("==", "!=", "<=", ">=").contains(token.text());
  }

  private MappingException mistake(Token token, String why) {
    return new MappingException(where, why + " at character " + (token.at() + 1));
  }

  private void count(Token token) {
    if (++terms > MAX_TERMS) {
      throw mistake(token, "the expression has more than " + MAX_TERMS + " parts");
    }
  }

  private Token peek() {
    return tokens.get(next);
  }

  private Token take() {
    Token token = tokens.get(next);
    if (token.kind() != Kind.END) {
      next++;
    }
    return token;
  }

  private void expect(String operator) {
    if (!peek().is(operator)) {
      throw mistake(peek(), "'" + operator + "' is missing");
    }
    next++;
  }

  // --- tokens ------------------------------------------------------------------------------------

  private void tokenize() {
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (Character.isWhitespace(c)) {
        at++;
      } else if (text.startsWith("//", at)) {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (text.startsWith("/*", at)) {
        int end = text.indexOf("*/", at + 2);
        if (end < 0) {
          throw new MappingException(where, "a comment does not end");
        }
        at = end + 2;
      } else if (c == '"') {
        at = string(at);
      } else if (isDigit(c) || c == '.' && at + 1 < text.length() && startsNumber(at)) {
        at = number(at);
      } else if (isName(c)) {
        at = name(at);
      } else {
        at = operator(at);
      }
    }
    tokens.add(new Token(Kind.END, "the end", Value.NULL, text.length()));
  }

  /** {@code .5}, but not the {@code .5} of {@code a.5}. */
  private boolean startsNumber(int at) {
    return isDigit(text.charAt(at + 1)) && (at == 0 || !isName(text.charAt(at - 1)));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isName(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || isDigit(c);
  }

  private int string(int from) {
    StringBuilder out = new StringBuilder();
    int at = from + 1;
    while (at < text.length() && text.charAt(at) != '"') {
      char c = text.charAt(at++);
      if (c == '\\') {
        char escaped = at < text.length() ? text.charAt(at++) : ' ';
        if (escaped != '"' && escaped != '\\') {
          throw new MappingException(
              where, "a text knows \\\" and \\\\ only, at character " + (at - 1));
        }
        c = escaped;
      }
      out.append(c);
    }
    if (at == text.length()) {
      throw new MappingException(where, "a text does not end, from character " + (from + 1));
    }
    tokens.add(new Token(Kind.STRING, out.toString(), Value.of(out.toString()), from));
    return at + 1;
  }

  private int number(int from) {
    int at = from;
    if (text.startsWith("0x", from) || text.startsWith("0X", from)) {
      at += 2;
      while (at < text.length() && Character.digit(text.charAt(at), 16) >= 0) {
        at++;
      }
      String digits = text.substring(from + 2, at);
      try {
        return added(from, at, Value.of(Long.parseLong(digits, 16)));
      } catch (NumberFormatException e) {
        throw new MappingException(where, "0x" + digits + " is not a 64-bit number");
      }
    }
    boolean real = false;
    while (at < text.length() && isDigit(text.charAt(at))) {
      at++;
    }
    if (at < text.length() && text.charAt(at) == '.') {
      real = true;
      at++;
      while (at < text.length() && isDigit(text.charAt(at))) {
        at++;
      }
    }
    int exponent = at;
    if (exponent < text.length() && (text.charAt(exponent) | 0x20) == 'e') {
      exponent++;
      if (exponent < text.length() && "+-".indexOf(text.charAt(exponent)) >= 0) {
        exponent++;
      }
      int digits = exponent;
      while (exponent < text.length() && isDigit(text.charAt(exponent))) {
        exponent++;
      }
      if (exponent > digits) {
        real = true;
        at = exponent;
      }
    }
    String digits = text.substring(from, at);
    if (at < text.length() && isName(text.charAt(at))) {
      throw new MappingException(where, digits + text.charAt(at) + "... is not a number");
    }
    try {
      Value value = real ? Value.of(Double.parseDouble(digits)) : Value.of(Long.parseLong(digits));
      if (value instanceof Value.Float(double x) && Double.isInfinite(x)) {
        throw new MappingException(where, digits + " is too large");
      }
      return added(from, at, value);
    } catch (NumberFormatException e) {
      throw new MappingException(where, digits + " is not a 64-bit number; write " + digits + ".0");
    }
  }

  private int added(int from, int to, Value value) {
    tokens.add(new Token(Kind.NUMBER, text.substring(from, to), value, from));
    return to;
  }

  private int name(int from) {
    int at = from;
    while (at < text.length()) {
      if (isName(text.charAt(at))) {
        at++;
      } else if (text.startsWith("::", at)
          && at + 2 < text.length()
          && isName(text.charAt(at + 2))) {
        at += 2;
      } else {
        break;
      }
    }
    tokens.add(new Token(Kind.NAME, text.substring(from, at), Value.NULL, from));
    return at;
  }

  private int operator(int at) {
    for (String operator : OPERATORS) {
      if (text.startsWith(operator, at)) {
        tokens.add(new Token(Kind.OPERATOR, operator, Value.NULL, at));
        return at + operator.length();
      }
    }
    throw new MappingException(
        where, "'" + text.charAt(at) + "' is not expected at character " + (at + 1));
  }

  // --- terms -------------------------------------------------------------------------------------

  private static int precedence(String operator) {
    return switch (operator) {
      case "^" -> 120;
      case "*", "/", "%" -> 100;
      case "+", "-" -> 95;
      case "<", ">", "<=", ">=", "==", "!=" -> 80;
      case "&&" -> 75;
      case "||" -> 70;
      default -> -1;
    };
  }

  private Term expression(int lowest) {
    if (++depth > MAX_DEPTH) {
      throw mistake(peek(), "the expression is nested more than " + MAX_DEPTH + " deep");
    }
    Term term = climb(lowest);
    depth--;
    return term;
  }

  private Term climb(int lowest) {
    if (lowest == SEQUENCE) {
      return sequence();
    }
    if (lowest <= ASSIGN && peek().kind() == Kind.NAME && isAssignment(tokens.get(next + 1))) {
      Token name = take();
      Token operator = take();
      int slot = locals.getOrDefault(name.text(), 0);
      Term value = expression(ASSIGN);
      if (operator.text().length() > 1) {
        String op = operator.text().substring(0, operator.text().length() - 1);
        value = new Term.Binary(op, local(name.text()), value);
      }
      count(name);
      return new Term.Assign(slot, value);
    }
    Term left = prefix();
    while (true) {
      Token token = peek();
      int precedence = token.kind() == Kind.OPERATOR ? precedence(token.text()) : -1;
      if (precedence > 0 && precedence >= lowest) {
        count(take());
        // Left-associative, also the power.
        Term right = expression(precedence + 1);
        left = new Term.Binary(token.text(), left, right);
      } else if (token.is("?") && !strict && lowest <= TERNARY) {
        count(take());
        Term yes = expression(ASSIGN);
        expect(":");
        Term no = expression(TERNARY);
        left = new Term.Choice(left, yes, no);
      } else {
        return left;
      }
    }
  }

  private static boolean isSign(Token token) {
    return token.is("-") || token.is("!");
  }

  private Term sequence() {
    List<Term> parts = new ArrayList<>();
    while (true) {
      Token token = peek();
      if (token.is(";") || token.is(")") || token.kind() == Kind.END) {
        parts.add(new Term.Empty());
      } else {
        parts.add(tuple());
      }
      if (!peek().is(";")) {
        break;
      }
      count(take());
    }
    return parts.size() == 1 ? parts.getFirst() : new Term.Sequence(parts);
  }

  private Term tuple() {
    Term first = expression(ASSIGN);
    if (!peek().is(",")) {
      return first;
    }
    List<Term> parts = new ArrayList<>(List.of(first));
    while (peek().is(",")) {
      count(take());
      parts.add(expression(ASSIGN));
    }
    return new Term.Several(parts, false);
  }

  private Term prefix() {
    Token token = peek();
    if (!isSign(token)) {
      return postfix(primary());
    }
    if (++depth > MAX_DEPTH) {
      throw mistake(token, "the expression is nested more than " + MAX_DEPTH + " deep");
    }
    count(take());
    // Binds less than the power: -2^2 is -4.
    Term operand = isSign(peek()) ? prefix() : expression(UNARY);
    depth--;
    return token.is("-") ? new Term.Negate(operand) : new Term.Not(operand);
  }

  private Term primary() {
    Token token = take();
    count(token);
    return switch (token.kind()) {
      case NUMBER, STRING -> new Term.Constant(token.value());
      case NAME -> name(token);
      case OPERATOR -> {
        if (token.is("(")) {
          Term inner = expression(SEQUENCE);
          expect(")");
          yield inner;
        }
        if (token.is("[") && !strict) {
          yield new Term.Several(list("]"), true);
        }
        throw mistake(token, "a value is missing before '" + token.text() + "'");
      }
      case END -> throw mistake(token, "a value is missing");
    };
  }

  private Term postfix(Term start) {
    Term term = start;
    while (!strict) {
      Token token = peek();
      if (token.is("[")) {
        count(take());
        Term key = expression(ASSIGN);
        expect("]");
        term = new Term.Member(term, key);
      } else if (token.is(".")) {
        count(take());
        Token key = take();
        if (key.kind() != Kind.NAME) {
          throw mistake(key, "a name is missing after '.'");
        }
        term = new Term.Member(term, new Term.Constant(Value.of(key.text())));
      } else {
        break;
      }
    }
    return term;
  }

  /** Terms with commas between them, up to a bracket, which is taken. */
  private List<Term> list(String end) {
    List<Term> parts = new ArrayList<>();
    if (!peek().is(end)) {
      parts.add(expression(ASSIGN));
      while (peek().is(",")) {
        count(take());
        parts.add(expression(ASSIGN));
      }
    }
    expect(end);
    return parts;
  }

  private Term name(Token token) {
    String name = token.text();
    if (locals.containsKey(name)) {
      return local(name);
    }
    Function function = Function.find(name, !strict);
    if (function != null && (peek().is("(") || startsOperand(peek()))) {
      return call(token, function);
    }
    int capture = captures.indexOf(name);
    if (capture >= 0) {
      return new Term.Capture(capture, name);
    }
    @Nullable Term variable = variable(name);
    if (variable != null) {
      return variable;
    }
    if (function != null) {
      throw mistake(token, name + " is a function: write " + name + "(...)");
    }
    throw mistake(token, unknown(name));
  }

  private Term local(String name) {
    int capture = captures.indexOf(name);
    return new Term.Local(
        locals.getOrDefault(name, 0),
        name,
        capture >= 0 ? new Term.Capture(capture, name) : variable(name));
  }

  private String unknown(String name) {
    StringBuilder names = new StringBuilder("value, x");
    if (!strict) {
      names.append(", prev, t, dt, i");
    }
    captures.forEach(capture -> names.append(", ").append(capture));
    return "there is no " + name + " here; there are " + names + " and functions";
  }

  private @Nullable Term variable(String name) {
    switch (name) {
      case "value", "x" -> {
        return new Term.Input(strict);
      }
      case "true", "false" -> {
        return new Term.Constant(Value.of(name.equals("true")));
      }
      case "PI" -> {
        return new Term.Constant(Value.of(Math.PI));
      }
      case "E" -> {
        return new Term.Constant(Value.of(Math.E));
      }
      default -> {
        if (strict || !List.of("t", "dt", "prev", "i").contains(name)) {
          return null;
        }
        usesState |= !name.equals("i");
        return new Term.Clock(name);
      }
    }
  }

  /** {@code f a} is a call as well. */
  private static boolean startsOperand(Token token) {
    return token.kind() == Kind.NUMBER || token.kind() == Kind.STRING || token.kind() == Kind.NAME;
  }

  private Term call(Token token, Function function) {
    List<Term> arguments;
    if (peek().is("(")) {
      take();
      arguments = list(")");
    } else {
      arguments = List.of(expression(APPLY));
    }
    if (arguments.size() < function.fewest() || arguments.size() > function.most()) {
      String wanted =
          function.fewest() == function.most()
              ? Integer.toString(function.most())
              : function.fewest() + " to " + function.most();
      throw mistake(
          token, function.name() + " takes " + wanted + " arguments, not " + arguments.size());
    }
    return function.body().call(arguments.toArray(Term[]::new));
  }
}
