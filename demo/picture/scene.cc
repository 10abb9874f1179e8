// Chooses among the scenes; see scene.h.

#include "demo/picture/scene.h"

#include "demo/picture/scene_parts.h"

namespace ipdl::demo {
namespace {

struct Entry {
  std::string_view name;
  void (*render)(float seconds, MutableImageView target);
};

constexpr Entry kScenes[kSceneCount] = {
    {"orbits", RenderOrbits}, {"rose", RenderRose}, {"plasma", RenderPlasma},
    {"aurora", RenderAurora}, {"star", RenderStar}, {"comets", RenderComets},
};

}  // namespace

std::string_view SceneName(uint32_t scene) { return kScenes[scene % kSceneCount].name; }

void RenderScene(uint32_t scene, uint32_t frame, MutableImageView target) {
  if (target.empty()) return;
  kScenes[scene % kSceneCount].render(static_cast<float>(frame) / kSceneFramesPerSecond, target);
}

}  // namespace ipdl::demo
