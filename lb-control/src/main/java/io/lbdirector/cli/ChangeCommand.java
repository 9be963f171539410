package io.lbdirector.cli;

import com.google.gson.JsonElement;
import java.util.concurrent.Callable;
import picocli.CommandLine.ParentCommand;

/** A command that has the daemon change something, and shows what came of it. */
abstract class ChangeCommand implements Callable<Integer> {
  @ParentCommand private RootCommand lbctl;

  final RootCommand lbctl() {
    return lbctl;
  }

  /** Shows the answer to a person. */
  abstract void print(Answer answer, Screen screen);

  /** Shows the answer as the user wants it; returns the exit code. */
  final int show(JsonElement answer) {
    if (lbctl.json()) {
      lbctl.screen().show(answer);
    } else {
      print(Answer.of(answer), lbctl.screen());
    }
    return ExitCode.DONE;
  }
}
