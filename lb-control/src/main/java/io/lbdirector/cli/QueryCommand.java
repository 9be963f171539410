package io.lbdirector.cli;

import com.google.gson.JsonElement;
import io.lbdirector.admin.DaemonRefusedException;
import io.lbdirector.admin.DaemonUnreachableException;
import java.util.concurrent.Callable;
import picocli.CommandLine.ParentCommand;

/** A command that asks one thing and shows the answer. */
abstract class QueryCommand implements Callable<Integer> {
  @ParentCommand private RootCommand lbctl;

  /** Path on the admin socket, encoded. */
  abstract String target();

  /** Shows the answer to a person. */
  abstract void print(JsonElement answer, Screen screen);

  final Console console() {
    return lbctl.console();
  }

  @Override
  public final Integer call() throws DaemonUnreachableException, DaemonRefusedException {
    JsonElement answer = lbctl.client().get(target());
    Screen screen = lbctl.screen();
    if (lbctl.json()) {
      screen.show(answer);
    } else {
      print(answer, screen);
    }
    if (!screen.written()) {
      screen.message("lbctl: the answer could not be written in full");
      return ExitCode.REFUSED;
    }
    return ExitCode.DONE;
  }
}
