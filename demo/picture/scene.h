// Animated pictures drawn on the CPU: what a content process shows when it was given no file.
//
// Each scene is one layer: transparent around a shape with soft edges, so that the blending of
// several layers is visible. A picture depends on (scene, frame, width, height) and nothing else.
//
// Called by the content process, which draws straight into a texture. Any thread.
//
// Example:
//   absl::StatusOr<Image> image = Image::Create(360, 360);
//   RenderScene(kOrbits, 12, image->mutable_view());

#ifndef DEMO_PICTURE_SCENE_H_
#define DEMO_PICTURE_SCENE_H_

#include <cstdint>
#include <string_view>

#include "demo/picture/image.h"

namespace ipdl::demo {

// The scenes, in the order in which the demo shows them.
enum Scene : uint32_t {
  kOrbits,  // lit balls that circle a glowing one and shade a floor
  kRose,    // three turning rose curves
  kPlasma,  // a lens filled with slow interference colours
  kAurora,  // ribbons of light
  kStar,    // a neon star with travelling bands
  kComets,  // sparks with tails on a Lissajous curve
};
inline constexpr uint32_t kSceneCount = 6;

// Animation time: how many frames a second of it has.
inline constexpr float kSceneFramesPerSecond = 30;

// A short English name ("orbits"). Any number is a scene: it counts modulo kSceneCount.
std::string_view SceneName(uint32_t scene);

// Overwrites every pixel of `target`, transparent ones too.
void RenderScene(uint32_t scene, uint32_t frame, MutableImageView target);

}  // namespace ipdl::demo

#endif  // DEMO_PICTURE_SCENE_H_
