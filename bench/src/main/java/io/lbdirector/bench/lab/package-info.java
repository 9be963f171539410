/** Network namespaces that stand for machines. */
package io.lbdirector.bench.lab;
