package io.lbdirector.lab;

import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * This build as it would be had its maps another layout: header and classes are changed by one of
 * the scripts in {@code src/test/resources/layouts}, and everything is compiled from them.
 */
final class OlderBuild {
  private OlderBuild() {}

  /**
   * @param folder takes all of it
   * @param layout name of a script
   * @return its launcher
   */
  static Path compile(Path folder, String layout) throws IOException {
    Path script = Lab.ROOT.resolve("lb-control/src/test/resources/layouts/" + layout + ".sed");
    String commands =
        """
        cd %1$s
        mkdir -p %2$s/lb-bpf %2$s/lb-control/target %2$s/java
        cp -rp bin %2$s/bin
        cp -rp lb-bpf/compile lb-bpf/include lb-bpf/src %2$s/lb-bpf/
        cp -rp lb-control/target/lib lb-control/target/native lb-control/target/classes %2$s/lb-control/target/
        cp -rp lb-control/src/main/java/io %2$s/java/
        cd %2$s
        sed -i -f %3$s lb-bpf/include/lb_abi.h java/io/lbdirector/abi/*.java
        lb-bpf/compile lb-bpf/target/classes/bpf
        find java -name '*.java' >sources
        javac -proc:none -nowarn -cp 'lb-control/target/lib/*' -d lb-control/target/classes @sources
        """;
    Shell.run(List.of("sh", "-ec", commands.formatted(Lab.ROOT, folder, script)));
    for (String changed : List.of("lb-bpf/include/lb_abi.h", "java/io/lbdirector/abi/Abi.java")) {
      String ours = changed.replaceFirst("^java/", "lb-control/src/main/java/");
      assertNotEquals(
          Files.readString(Lab.ROOT.resolve(ours)), Files.readString(folder.resolve(changed)));
    }
    return folder.resolve("bin/lbd");
  }
}
