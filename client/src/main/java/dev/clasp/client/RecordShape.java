package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a record is a map: looked at once for each class, then remembered with the class. Immutable
 * and thread-safe.
 */
final class RecordShape {

  /** The entry that tells which record of a sealed interface it is. */
  static final String TYPE = "type";

  /**
   * A component.
   *
   * @param nullable it is annotated so: null, and a missing entry, are allowed
   */
  record Part(String name, Type type, boolean nullable, Method accessor) {}

  private static final ClassValue<RecordShape> SHAPES =
      new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
          return new RecordShape(type);
        }
      };

  /** The records of each sealed interface, by their names in values. */
  private static final ClassValue<Map<String, Class<?>>> CHOICES =
      new ClassValue<>() {
        @Override
        protected Map<String, Class<?>> computeValue(Class<?> type) {
          Map<String, Class<?>> choices = new LinkedHashMap<>();
          collect(type, choices, new HashSet<>());
          return choices;
        }
      };

  private final Class<?> type;
  private final List<Part> parts;
  private final Constructor<?> constructor;
  private final Optional<String> tag;

  private RecordShape(Class<?> type) {
    this.type = type;
    List<Part> found = new ArrayList<>();
    List<Class<?>> types = new ArrayList<>();
    Set<String> names = new HashSet<>();
    this.tag =
        Arrays.stream(type.getInterfaces()).anyMatch(Class::isSealed)
            ? Optional.of(nameOf(type))
            : Optional.empty();
    tag.ifPresent(_ -> names.add(TYPE));
    try {
      for (RecordComponent component : type.getRecordComponents()) {
        Named named = component.getAnnotation(Named.class);
        String name = named == null ? component.getName() : named.value();
        if (!names.add(name)) {
          throw ClaspException.of(
              Kind.INVALID,
              type.getName()
                  + " has two entries of the name '"
                  + name
                  + "'"
                  + (name.equals(TYPE) ? ", one of which tells which record it is" : "")
                  + "; give one another name with @Named");
        }
        Method accessor = component.getAccessor();
        accessor.setAccessible(true);
        found.add(new Part(name, component.getGenericType(), isNullable(component), accessor));
        types.add(component.getType());
      }
      this.constructor = type.getDeclaredConstructor(types.toArray(Class<?>[]::new));
      constructor.setAccessible(true);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("a record without its constructor: " + type, e);
    } catch (InaccessibleObjectException e) {
      throw ClaspException.of(
          Kind.INVALID,
          type.getName()
              + " cannot be looked into: open its package to this module, or make it public",
          e);
    }
    this.parts = List.copyOf(found);
  }

  /**
   * @throws ClaspException of kind INVALID: it cannot be a map
   */
  static RecordShape of(Class<?> type) {
    return SHAPES.get(type);
  }

  /** The records that a sealed interface permits, also by those it permits, by name. */
  static Map<String, Class<?>> choices(Class<?> sealed) {
    return CHOICES.get(sealed);
  }

  private static void collect(Class<?> type, Map<String, Class<?>> choices, Set<Class<?>> seen) {
    if (!seen.add(type)) {
      return;
    }
    if (type.isRecord()) {
      Class<?> other = choices.put(nameOf(type), type);
      if (other != null) {
        throw ClaspException.of(
            Kind.INVALID,
            other.getName()
                + " and "
                + type.getName()
                + " have the same name in values; give one another with @Named");
      }
    } else if (type.isSealed()) {
      for (Class<?> permitted : type.getPermittedSubclasses()) {
        collect(permitted, choices, seen);
      }
    }
  }

  private static String nameOf(Class<?> type) {
    Named named = type.getAnnotation(Named.class);
    return named == null ? type.getSimpleName() : named.value();
  }

  /** By name, so that any library's annotation counts. */
  private static boolean isNullable(RecordComponent component) {
    return has(component.getAnnotations()) || has(component.getAnnotatedType().getAnnotations());
  }

  private static boolean has(Annotation[] annotations) {
    for (Annotation annotation : annotations) {
      if (annotation.annotationType().getSimpleName().equals("Nullable")) {
        return true;
      }
    }
    return false;
  }

  List<Part> parts() {
    return parts;
  }

  /** The text of the entry {@link #TYPE}, for a record of a sealed interface. */
  Optional<String> tag() {
    return tag;
  }

  /** What a component is, in this record. */
  static @Nullable Object read(Part part, Object object) {
    try {
      return part.accessor().invoke(object);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    } catch (InvocationTargetException e) {
      throw ClaspException.of(
          Kind.INVALID, "reading '" + part.name() + "' failed: " + e.getCause(), e.getCause());
    }
  }

  /**
   * Makes the record.
   *
   * @throws InvocationTargetException its constructor threw
   */
  Object create(@Nullable Object[] arguments) throws InvocationTargetException {
    try {
      return constructor.newInstance(arguments);
    } catch (InstantiationException | IllegalAccessException e) {
      throw new IllegalStateException("cannot make a " + type.getName(), e);
    }
  }
}
