package dev.clasp.router;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * All interned addresses in the order of their bytes, so that those which begin alike lie side by
 * side: whoever wants {@code /lights/**} looks at nothing else.
 *
 * <p>Two levels: a sorted array of leaves, each a sorted array of up to {@value #LEAF} addresses. A
 * full leaf is divided; neighbours that fit into half a leaf become one. That costs 4 to 8 bytes
 * for each address and two binary searches for a change. Only a <em>new</em> address is a change: a
 * SET to a known one does not come here.
 *
 * <p>Readers take some addresses at a time and go on behind the last one, so that they hold up
 * nobody for long. An address that is there when the first are taken, and stays, is met exactly
 * once.
 *
 * <p>Thread-safe; a caller may hold a stripe lock (lock order: stripes before this). Nothing is
 * taken under this one.
 */
final class AddressIndex {

  static final int LEAF = 256;

  private static final class Leaf {
    final @Nullable Address[] addresses = new @Nullable Address[LEAF];
    int size;

    byte[] name(int i) {
      Address address = addresses[i];
      if (address == null) {
        throw new IllegalStateException("no address at " + i + " of " + size);
      }
      return address.name;
    }

    /** Position of the first address that is not less than the key. */
    int search(byte[] key) {
      int low = 0;
      int high = size;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (Arrays.compareUnsigned(name(middle), key) < 0) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }

    /** Position behind the addresses that begin with the prefix, from one on that is not less. */
    int endOf(byte[] prefix, int from) {
      if (from < size && startsWith(name(size - 1), prefix)) {
        return size;
      }
      int low = from;
      int high = size;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (startsWith(name(middle), prefix)) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }

    void insert(int at, Address address) {
      System.arraycopy(addresses, at, addresses, at + 1, size - at);
      addresses[at] = address;
      size++;
    }

    void delete(int at) {
      size--;
      System.arraycopy(addresses, at + 1, addresses, at, size - at);
      addresses[size] = null;
    }
  }

  private @Nullable Leaf[] leaves = new @Nullable Leaf[4];
  private int count;

  /** Adds an address that is not there. */
  synchronized void add(Address address) {
    if (count == 0) {
      insertLeaf(0, new Leaf());
    }
    int i = leafOf(address.name);
    Leaf leaf = leaf(i);
    int at = leaf.search(address.name);
    if (leaf.size < LEAF) {
      leaf.insert(at, address);
      return;
    }
    Leaf upper = new Leaf();
    insertLeaf(i + 1, upper);
    // Names that ascend fill their leaves.
    int keep = at == LEAF && i + 2 == count ? LEAF : LEAF / 2;
    System.arraycopy(leaf.addresses, keep, upper.addresses, 0, LEAF - keep);
    Arrays.fill(leaf.addresses, keep, LEAF, null);
    upper.size = LEAF - keep;
    leaf.size = keep;
    if (at <= keep && keep < LEAF) {
      leaf.insert(at, address);
    } else {
      upper.insert(at - keep, address);
    }
  }

  /** Removes an address; no effect if it is not there. */
  synchronized void remove(Address address) {
    if (count == 0) {
      return;
    }
    int i = leafOf(address.name);
    Leaf leaf = leaf(i);
    int at = leaf.search(address.name);
    if (at == leaf.size || leaf.addresses[at] != address) {
      return;
    }
    leaf.delete(at);
    if (leaf.size == 0) {
      deleteLeaf(i);
    } else if (i + 1 < count && leaf.size + leaf(i + 1).size <= LEAF / 2) {
      join(i);
    } else if (i > 0 && leaf.size + leaf(i - 1).size <= LEAF / 2) {
      join(i - 1);
    }
  }

  /**
   * Copies the next addresses that begin with the prefix.
   *
   * @param after those up to this one are left out; null to start at the first
   * @return how many, at most as many as there is room for; fewer mean that there are no more
   */
  synchronized int next(byte[] prefix, byte @Nullable [] after, @Nullable Address[] into) {
    if (count == 0) {
      return 0;
    }
    byte[] from = after == null ? prefix : after;
    int i = leafOf(from);
    int at = leaf(i).search(from);
    if (after != null && at < leaf(i).size && Arrays.equals(leaf(i).name(at), after)) {
      at++;
    }
    int found = 0;
    while (i < count && found < into.length) {
      Leaf leaf = leaf(i);
      int end = leaf.endOf(prefix, at);
      int some = Math.min(end - at, into.length - found);
      System.arraycopy(leaf.addresses, at, into, found, some);
      found += some;
      if (end < leaf.size) {
        break;
      }
      i++;
      at = 0;
    }
    return found;
  }

  /** Addresses in all. */
  synchronized int size() {
    int size = 0;
    for (int i = 0; i < count; i++) {
      size += leaf(i).size;
    }
    return size;
  }

  /** The leaf where a name is or would be: the last one that begins with it or before it. */
  private int leafOf(byte[] name) {
    int low = 0;
    int high = count - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (Arrays.compareUnsigned(leaf(middle).name(0), name) <= 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private Leaf leaf(int i) {
    Leaf leaf = leaves[i];
    if (leaf == null) {
      throw new IllegalStateException("no leaf at " + i + " of " + count);
    }
    return leaf;
  }

  private void insertLeaf(int at, Leaf leaf) {
    if (count == leaves.length) {
      leaves = Arrays.copyOf(leaves, count * 2);
    }
    System.arraycopy(leaves, at, leaves, at + 1, count - at);
    leaves[at] = leaf;
    count++;
  }

  private void deleteLeaf(int at) {
    count--;
    System.arraycopy(leaves, at + 1, leaves, at, count - at);
    leaves[count] = null;
  }

  /** Puts what the next leaf has into this one. */
  private void join(int i) {
    Leaf leaf = leaf(i);
    Leaf next = leaf(i + 1);
    System.arraycopy(next.addresses, 0, leaf.addresses, leaf.size, next.size);
    leaf.size += next.size;
    deleteLeaf(i + 1);
  }

  private static boolean startsWith(byte[] name, byte[] prefix) {
    return name.length >= prefix.length
        && Arrays.equals(name, 0, prefix.length, prefix, 0, prefix.length);
  }
}
