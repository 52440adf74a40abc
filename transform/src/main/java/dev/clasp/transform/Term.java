package dev.clasp.transform;

import static dev.clasp.transform.Registers.BOOL;
import static dev.clasp.transform.Registers.EMPTY;
import static dev.clasp.transform.Registers.ERROR;
import static dev.clasp.transform.Registers.FLOAT;
import static dev.clasp.transform.Registers.INT;
import static dev.clasp.transform.Registers.OTHER;
import static dev.clasp.transform.Registers.TEXT;
import static dev.clasp.transform.Registers.TUPLE;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a compiled expression. Immutable. */
abstract class Term {

  /**
   * Leaves the result in the registers.
   *
   * @return its kind
   */
  abstract int eval(Registers r);

  static final class Constant extends Term {
    final Value value;

    Constant(Value value) {
      this.value = value;
    }

    @Override
    int eval(Registers r) {
      return r.load(value);
    }
  }

  static final class Empty extends Term {
    @Override
    int eval(Registers r) {
      return EMPTY;
    }
  }

  /** {@code value} and {@code x}: numbers are always floats (bridges.md 15.3). */
  static final class Input extends Term {
    private final boolean numbersOnly;

    Input(boolean numbersOnly) {
      this.numbersOnly = numbersOnly;
    }

    @Override
    int eval(Registers r) {
      if (r.input instanceof Value.Float(double number)) {
        return r.real(number);
      }
      if (r.input instanceof Value.Int(long number)) {
        return r.real(number);
      }
      return numbersOnly ? r.fail("the value is not a number") : r.load(r.input);
    }
  }

  /** {@code t}, {@code dt}, {@code prev} and {@code i}. */
  static final class Clock extends Term {
    private final String name;

    Clock(String name) {
      this.name = name;
    }

    @Override
    int eval(Registers r) {
      return switch (name) {
        case "t" -> r.real(r.seconds);
        case "dt" -> r.real(r.elapsed);
        case "i" -> r.whole(r.index);
        default -> r.load(r.previous);
      };
    }
  }

  /** What the address had in the place of a name: an integer if it looks like one. */
  static final class Capture extends Term {
    final int slot;
    private final String name;

    Capture(int slot, String name) {
      this.slot = slot;
      this.name = name;
    }

    @Override
    int eval(Registers r) {
      String text = slot < r.captures.length ? r.captures[slot] : null;
      if (text == null) {
        return r.fail("the address has no {" + name + "}");
      }
      return Numbers.isWhole(text) ? r.whole(Long.parseLong(text)) : r.text(text);
    }
  }

  static final class Local extends Term {
    private final int slot;
    private final String name;

    /** What the name means before it is assigned; null if nothing. */
    private final @Nullable Term before;

    Local(int slot, String name, @Nullable Term before) {
      this.slot = slot;
      this.name = name;
      this.before = before;
    }

    @Override
    int eval(Registers r) {
      int kind = r.local(slot);
      if (kind != EMPTY) {
        return kind;
      }
      return before == null ? r.fail(name + " has no value yet") : before.eval(r);
    }
  }

  static final class Assign extends Term {
    private final int slot;
    private final Term value;

    Assign(int slot, Term value) {
      this.slot = slot;
      this.value = value;
    }

    @Override
    int eval(Registers r) {
      int kind = value.eval(r);
      if (kind == ERROR) {
        return ERROR;
      }
      r.assign(slot, kind);
      return EMPTY;
    }
  }

  static final class Sequence extends Term {
    private final List<Term> terms;

    Sequence(List<Term> terms) {
      this.terms = List.copyOf(terms);
    }

    @Override
    int eval(Registers r) {
      int kind = EMPTY;
      for (Term term : terms) {
        kind = term.eval(r);
        if (kind == ERROR) {
          return ERROR;
        }
      }
      return kind;
    }
  }

  /** Several results: {@code a, b} or {@code [a, b]}. */
  static final class Several extends Term {
    private final List<Term> terms;
    private final int kind;

    Several(List<Term> terms, boolean array) {
      this.terms = List.copyOf(terms);
      this.kind = array ? OTHER : TUPLE;
    }

    @Override
    int eval(Registers r) {
      List<Value> values = new ArrayList<>(terms.size());
      for (Term term : terms) {
        int part = term.eval(r);
        Value value = r.value(part);
        if (value == null) {
          return part == ERROR ? ERROR : r.fail("a part of a list is empty");
        }
        if (part == FLOAT && !Double.isFinite(r.number)) {
          return r.fail("a part of a list is not finite");
        }
        values.add(value);
      }
      r.object = new Value.Array(values);
      return kind;
    }
  }

  static final class Negate extends Term {
    final Term operand;

    Negate(Term operand) {
      this.operand = operand;
    }

    @Override
    int eval(Registers r) {
      int kind = operand.eval(r);
      return switch (kind) {
        case ERROR -> ERROR;
        case INT -> r.whole == Long.MIN_VALUE ? r.fail("an integer overflows") : r.whole(-r.whole);
        case FLOAT -> r.real(-r.number);
        default -> r.fail("- wants a number, not " + Registers.nameOf(kind));
      };
    }
  }

  static final class Not extends Term {
    private final Term operand;

    Not(Term operand) {
      this.operand = operand;
    }

    @Override
    int eval(Registers r) {
      int kind = operand.eval(r);
      return switch (kind) {
        case ERROR -> ERROR;
        case BOOL -> r.bool(r.whole == 0);
        default -> r.fail("! wants a boolean, not " + Registers.nameOf(kind));
      };
    }
  }

  /** {@code a ? b : c}; only one of them is calculated. */
  static final class Choice extends Term {
    private final Term condition;
    private final Term yes;
    private final Term no;

    Choice(Term condition, Term yes, Term no) {
      this.condition = condition;
      this.yes = yes;
      this.no = no;
    }

    @Override
    int eval(Registers r) {
      int kind = condition.eval(r);
      if (kind != BOOL) {
        return kind == ERROR ? ERROR : r.fail("? wants a boolean, not " + Registers.nameOf(kind));
      }
      return r.whole != 0 ? yes.eval(r) : no.eval(r);
    }
  }

  /** {@code a[b]} and {@code a.b}. */
  static final class Member extends Term {
    private final Term of;
    private final Term key;

    Member(Term of, Term key) {
      this.of = of;
      this.key = key;
    }

    @Override
    int eval(Registers r) {
      int kind = of.eval(r);
      if (kind == ERROR) {
        return ERROR;
      }
      Value whole = r.value(kind);
      int keyKind = key.eval(r);
      if (keyKind == ERROR) {
        return ERROR;
      }
      if (whole instanceof Value.Array(List<Value> values) && Registers.isNumber(keyKind)) {
        double at = r.asDouble(keyKind);
        if (!(at >= 0 && at < values.size())) {
          return r.fail("there is no element " + Numbers.text(at) + " of " + values.size());
        }
        return r.load(values.get((int) at));
      }
      if (whole instanceof Value.Map(java.util.Map<String, Value> entries) && keyKind == TEXT) {
        String name = (String) r.object;
        @Nullable Value found = entries.get(name);
        return found == null ? r.fail("there is no member " + name) : r.load(found);
      }
      return r.fail("[ ] wants an array and a number, or a map and a text");
    }
  }

  static final class Binary extends Term {
    final String op;
    final Term left;
    final Term right;
    private final int code;

    /** The order of {@link #code}. */
    private static final List<String> OPS =
        List.of("+", "-", "*", "/", "%", "^", "<", ">", "<=", ">=", "==", "!=", "&&", "||");

    Binary(String op, Term left, Term right) {
      this.op = op;
      this.left = left;
      this.right = right;
      this.code = OPS.indexOf(op);
    }

    @Override
    int eval(Registers r) {
      if (!r.step(1)) {
        return r.tooLong();
      }
      int a = left.eval(r);
      if (a == ERROR) {
        return ERROR;
      }
      double x = r.number;
      long m = r.whole;
      Object o = r.object;
      int b = right.eval(r);
      if (b == ERROR) {
        return ERROR;
      }
      if (code >= 12) {
        if (a != BOOL || b != BOOL) {
          return r.fail(op + " wants booleans");
        }
        return r.bool(code == 12 ? (m & r.whole) != 0 : (m | r.whole) != 0);
      }
      if (a == INT && b == INT) {
        return integers(r, m, r.whole);
      }
      if (Registers.isNumber(a) && Registers.isNumber(b)) {
        return reals(r, a == INT ? m : x, b == INT ? r.whole : r.number);
      }
      return others(r, a, m, o, b);
    }

    private int integers(Registers r, long a, long b) {
      switch (code) {
        case 0 -> {
          long sum = a + b;
          return ((a ^ sum) & (b ^ sum)) < 0 ? overflow(r) : r.whole(sum);
        }
        case 1 -> {
          long difference = a - b;
          return ((a ^ b) & (a ^ difference)) < 0 ? overflow(r) : r.whole(difference);
        }
        case 2 -> {
          long low = a * b;
          return Math.multiplyHigh(a, b) == low >> 63 ? r.whole(low) : overflow(r);
        }
        case 3, 4 -> {
          if (b == 0) {
            return r.fail("an integer is divided by zero");
          }
          if (a == Long.MIN_VALUE && b == -1) {
            return overflow(r);
          }
          return r.whole(code == 3 ? a / b : a % b);
        }
        case 5 -> {
          return r.real(Math.pow(a, b));
        }
        default -> {
          return r.bool(compared(Long.compare(a, b)));
        }
      }
    }

    private int reals(Registers r, double a, double b) {
      return switch (code) {
        case 0 -> r.real(a + b);
        case 1 -> r.real(a - b);
        case 2 -> r.real(a * b);
        case 3 -> r.real(a / b);
        case 4 -> r.real(a % b);
        case 5 -> r.real(Math.pow(a, b));
        case 6 -> r.bool(a < b);
        case 7 -> r.bool(a > b);
        case 8 -> r.bool(a <= b);
        case 9 -> r.bool(a >= b);
        case 10 -> r.bool(a == b);
        default -> r.bool(a != b);
      };
    }

    private int others(Registers r, int a, long m, Object o, int b) {
      if (a == TEXT && b == TEXT) {
        String left = (String) o;
        String right = (String) r.object;
        if (code == 0) {
          return left.length() + right.length() > Registers.MAX_TEXT
              ? r.fail("a text gets longer than " + Registers.MAX_TEXT + " characters")
              : r.text(left + right);
        }
        if (code >= 6) {
          return r.bool(compared(left.compareTo(right)));
        }
      } else if (code >= 10) {
        boolean equal = a == b && (a == BOOL ? m == r.whole : a == EMPTY || o.equals(r.object));
        return r.bool(equal == (code == 10));
      }
      return r.fail(
          op + " does not go with " + Registers.nameOf(a) + " and " + Registers.nameOf(b));
    }

    private boolean compared(int order) {
      return switch (code) {
        case 6 -> order < 0;
        case 7 -> order > 0;
        case 8 -> order <= 0;
        case 9 -> order >= 0;
        case 10 -> order == 0;
        default -> order != 0;
      };
    }

    private static int overflow(Registers r) {
      return r.fail("an integer overflows");
    }
  }
}
