package io.lbdirector.doctor;

import io.lbdirector.bpf.BpfFs;
import io.lbdirector.bpf.BpfObject;
import io.lbdirector.bpf.BpfProgram;
import io.lbdirector.bpf.KernelSurvey;
import io.lbdirector.dataplane.BackendProgram;
import io.lbdirector.dataplane.BpfObjects;
import io.lbdirector.dataplane.PinFolder;
import io.lbdirector.os.NetworkNamespace;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The kernel's BPF, as it is. */
final class LinuxBpf implements BpfKernel {
  private final Path bpffs;

  LinuxBpf(Path bpffs) {
    this.bpffs = bpffs;
  }

  @Override
  public Path bpffs() {
    return bpffs;
  }

  @Override
  public boolean isMounted() {
    return BpfFs.isBpfFs(bpffs);
  }

  @Override
  public String libbpfVersion() {
    return KernelSurvey.libbpfVersion();
  }

  @Override
  public boolean load(Role role) {
    try (BpfObject object = BpfObjects.open(role.program(), role.elf())) {
      object.load();
      try (BpfProgram program = object.program(role.program())) {
        return program.isCompiled();
      }
    }
  }

  @Override
  public boolean hasBatchesOfInnerMaps() {
    return KernelSurvey.hasBatchesOfInnerMaps();
  }

  @Override
  public boolean hasXdpFrags() {
    return BpfObject.kernelHasXdpFrags();
  }

  @Override
  public Optional<String> programName(int programId) {
    return KernelSurvey.programName(programId);
  }

  @Override
  public OptionalInt linkId(int programId, int ifindex) {
    return KernelSurvey.xdpLinkId(programId, ifindex);
  }

  @Override
  public List<Pins> pins() {
    return PinFolder.all(bpffs).stream()
        .map(folder -> new Pins(folder.instanceName(), folder.pinnedLinks()))
        .toList();
  }

  @Override
  public Optional<Backend> backend(String interfaceName) {
    try (NetworkNamespace here = NetworkNamespace.current()) {
      BackendProgram program =
          new BackendProgram(bpffs, here.inode(), interfaceName, Role.BACKEND.elf());
      return program
          .pinnedLink()
          .map(
              link ->
                  new Backend(
                      link,
                      program.allowed(),
                      program.listedVips(),
                      program.stats().vips().keySet()));
    }
  }
}
