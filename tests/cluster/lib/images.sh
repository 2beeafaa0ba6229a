# Images are built on this machine and handed to the node; no registry takes part.

pause_image=localhost/weirkeeper/pause:1

# build_image NAME:TAG CONTEXT CONTAINERFILE ARCHIVE: builds with a storage of its own and leaves only the archive.
build_image() {
  local name=$1 context=$2 containerfile=$3 archive=$4 store result=0
  store=$(mktemp -d "$state/build.XXXXXX")
  { buildah_in "$store" build --quiet --isolation chroot --file "$containerfile" --tag "$name" "$context" >/dev/null &&
    buildah_in "$store" push --quiet "$name" "docker-archive:$archive:$name"; } || result=$?
  unmount_below "$store"
  rm -rf "$store"
  return $result
}

buildah_in() {
  local store=$1
  shift
  buildah --storage-driver overlay --root "$store/root" --runroot "$store/run" "$@"
}

# import_image ARCHIVE: gives the image to the node's containerd.
import_image() { ctr_node images import "$1" >/dev/null; }

# provide_pause: the sandbox image, compiled here and imported once per cluster.
provide_pause() {
  ctr_node images list --quiet | grep -x "$pause_image" >/dev/null && return
  local context
  context=$(mktemp -d "$state/pause.XXXXXX")
  cp "$cluster_source/pause/Containerfile" "$context"
  "${CC:-cc}" -Os -static -s -o "$context/pause" "$cluster_source/pause/pause.c"
  build_image "$pause_image" "$context" "$context/Containerfile" "$context/pause.tar"
  import_image "$context/pause.tar"
  rm -rf "$context"
}
