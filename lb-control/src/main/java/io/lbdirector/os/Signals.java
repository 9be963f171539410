package io.lbdirector.os;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Unix signals. The JDK has but {@code sun.misc.Signal} for it, in the supported-for-now module
 * {@code jdk.unsupported}; naming that class makes javac print a warning that nothing suppresses,
 * and warnings are errors here. Hence by reflection, in this class only.
 *
 * <p>An action runs on a thread of its own for each signal, made by the JVM; it should do no more
 * than hand over. A later action for the same signal replaces the earlier one.
 */
public final class Signals {
  private Signals() {}

  /** Runs {@code action} at each SIGHUP, which then no longer ends the JVM. */
  public static void onHangup(Runnable action) {
    on("HUP", action);
  }

  /**
   * Runs {@code action} at each SIGTERM and SIGINT in place of the JVM's own shutdown: the action
   * sees to it that the process ends.
   */
  public static void onTerminate(Runnable action) {
    on("TERM", action);
    on("INT", action);
  }

  /**
   * @param name without {@code SIG}
   * @return puts back what was there before
   * @throws IllegalStateException if the JVM does not give the signal away
   */
  static Runnable on(String name, Runnable action) {
    try {
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Class<?> signalType = Class.forName("sun.misc.Signal");
      Object signal = signalType.getConstructor(String.class).newInstance(name);
      Method handle = signalType.getMethod("handle", signalType, handlerType);
      Object before = handle.invoke(null, signal, handler(handlerType, action));
      return () -> restore(handle, signal, before);
    } catch (ReflectiveOperationException e) {
      throw refused(name, e);
    }
  }

  private static Object handler(Class<?> type, Runnable action) {
    InvocationHandler behaviour =
        (self, method, arguments) ->
            switch (method.getName()) {
              case "handle" -> {
                action.run();
                yield null;
              }
              case "equals" -> self == arguments[0];
              case "hashCode" -> System.identityHashCode(self);
              default -> "signal action " + action;
            };
    return Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {type}, behaviour);
  }

  private static void restore(Method handle, Object signal, Object before) {
    try {
      handle.invoke(null, signal, before);
    } catch (ReflectiveOperationException e) {
      throw refused(signal.toString(), e);
    }
  }

  private static IllegalStateException refused(String name, ReflectiveOperationException e) {
    Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
    return new IllegalStateException(
        "handle signal " + name + ": " + cause.getMessage() + "; is the JVM run with -Xrs?", cause);
  }
}
