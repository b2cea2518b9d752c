// Routers for several workers: they are not thread-safe and costly to warm up, so a worker takes one and puts it back.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "topology/router.h"

namespace polyplane::sim {

class RouterPool {
 public:
  /// Makes the first router at once, which also proves that the routing cannot deadlock. Keeps a reference to the topology.
  RouterPool(const topology::Topology& topology, topology::RoutingSpec spec)
      : topology_(topology), spec_(std::move(spec)) {
    free_.push_back(topology::make_router(topology_, spec_));
  }

  /// A router for as long as the lease lives.
  class Lease {
   public:
    Lease(RouterPool& pool, std::unique_ptr<topology::Router> router) : pool_(pool), router_(std::move(router)) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { pool_.give_back(std::move(router_)); }
    topology::Router& operator*() { return *router_; }

   private:
    RouterPool& pool_;
    std::unique_ptr<topology::Router> router_;
  };
  Lease take() {
    {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        std::unique_ptr<topology::Router> router = std::move(free_.back());
        free_.pop_back();
        return {*this, std::move(router)};
      }
    }
    return {*this, topology::make_router(topology_, spec_)};
  }

 private:
  void give_back(std::unique_ptr<topology::Router> router) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(router));
  }
  const topology::Topology& topology_;
  topology::RoutingSpec spec_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<topology::Router>> free_;
};

}  // namespace polyplane::sim
