@NullMarked
package dev.clasp.web;

import org.jspecify.annotations.NullMarked;
