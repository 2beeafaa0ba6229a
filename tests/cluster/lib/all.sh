# What every script here begins with.
source "$here/lib/say.sh"
source "$here/lib/tools.sh"
source "$here/lib/state.sh"
source "$here/lib/network.sh"
source "$here/lib/pki.sh"
source "$here/lib/apiserver.sh"
source "$here/lib/images.sh"
source "$here/lib/node.sh"
