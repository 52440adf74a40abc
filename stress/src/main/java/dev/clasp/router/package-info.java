/**
 * jcstress tests of the router. In the router's own package, because they reach what is not public.
 */
@NullMarked
package dev.clasp.router;

import org.jspecify.annotations.NullMarked;
