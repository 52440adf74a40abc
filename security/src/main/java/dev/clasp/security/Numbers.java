package dev.clasp.security;

import java.util.Arrays;

/** A growing list of ints that becomes a set. Not thread-safe. */
final class Numbers {

  private int[] numbers = new int[16];
  private int size;

  void add(int number) {
    if (size == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * size);
    }
    numbers[size++] = number;
  }

  void clear() {
    size = 0;
  }

  int size() {
    return size;
  }

  /** Ascending, each once. */
  int[] toSet() {
    Arrays.sort(numbers, 0, size);
    int n = 0;
    for (int i = 0; i < size; i++) {
      if (n == 0 || numbers[n - 1] != numbers[i]) {
        numbers[n++] = numbers[i];
      }
    }
    size = n;
    return Arrays.copyOf(numbers, n);
  }
}
